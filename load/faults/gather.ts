import type { mongo } from 'mongoose';
import { holdCollection, type HoldDocument } from '../../src/models/hold.model.js';
import { movementCollection, type MovementDocument } from '../../src/models/movement.model.js';
import { orderCollection, type OrderDocument } from '../../src/models/order.model.js';
import { orderStockCollection, type OrderStockDocument } from '../../src/models/order-stock.model.js';
import { outboxCollection } from '../../src/models/outbox.model.js';
import { productCollection, type ProductDocument } from '../../src/models/product.model.js';
import { waitFor } from '../../tests/helpers/wait-for.js';
import type { Endpoint, Endpoints } from './caller.js';
import type { Evidence, OwnAudit, ProductsAt, Record, View } from './evidence.js';
import type { Person } from './system/people.js';
import { databases, type System } from './system/system.js';
import type { Witness } from './witness.js';

const answerMsMax = 120_000;
const read = { readConcern: { level: 'majority' } } as const;

export interface GatherDeps {
  system: System;
  client: mongo.MongoClient;
  witness: Witness | undefined;
  endpoints: Endpoints;
  manager: Person;
  productIds: readonly string[];
  record: Record;
}

/** A GET that has to be answered with 200, now or in a while. */
const dataOf = async <T>({ client, name }: Endpoint, path: string, token?: string): Promise<T> => {
  const answered = async () => {
    const answer = await client.api('GET', path, { token });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    return { data: answer.data as T };
  };
  const { data } = await waitFor(answered, {
    ...{ deadlineMs: answerMsMax, intervalMs: 100, what: `GET ${path} of ${name}` },
  });
  return data;
};

const viewsOf = async ({ endpoints }: GatherDeps, productIds: readonly string[]): Promise<View[]> => {
  const places: ProductsAt[] = ['products1', 'products2'];
  const views = places.flatMap((at) =>
    productIds.map(async (productId): Promise<View> => {
      const shown = await dataOf<Omit<View, 'at' | 'productId'>>(endpoints[at], `/products/${productId}`);
      const { stock, reserved, sold, seq, version } = shown;
      return { at, productId, stock, reserved, sold, seq, version };
    }),
  );
  return Promise.all(views);
};

/** Where orders are kept. */
export const ordersDatabase = ({ split }: Pick<System, 'split'>): string =>
  split ? databases.orders : databases.products;

/** Everything that is known of a run now. */
export const gather = async (deps: GatherDeps, crashes: readonly string[]): Promise<Evidence> => {
  const { system, client, witness, endpoints, manager, record } = deps;
  const productIds = [...deps.productIds];
  const db = client.db(databases.products);
  const ordersDb = client.db(ordersDatabase(system));
  const ofRun = { productId: { $in: productIds } };
  const [products, lines, holds, orders, ...outboxes] = await Promise.all([
    db
      .collection<ProductDocument>(productCollection)
      .find({ _id: { $in: productIds } }, read)
      .toArray(),
    db.collection<MovementDocument>(movementCollection).find(ofRun, read).sort({ productId: 1, seq: 1 }).toArray(),
    db.collection<HoldDocument>(holdCollection).find(ofRun, read).toArray(),
    ordersDb
      .collection<OrderDocument>(orderCollection)
      .find({ 'items.productId': { $in: productIds } }, read)
      .toArray(),
    db.collection(outboxCollection).countDocuments({}, read),
    ordersDb.collection(outboxCollection).countDocuments({}, read),
  ]);
  const ids = orders.map(({ _id }) => _id);
  const kept = products.map(({ _id }) => _id);
  const audits = kept.map(async (productId) => {
    const said = await dataOf<Omit<OwnAudit, 'productId'>>(
      endpoints.products1,
      `/products/${productId}/audit`,
      manager.token,
    );
    return { ...said, productId };
  });
  return {
    ...{ record, productIds, products, lines, holds, orders, crashes },
    orderStock: await db
      .collection<OrderStockDocument>(orderStockCollection)
      .find({ _id: { $in: ids } }, read)
      .toArray(),
    audits: await Promise.all(audits),
    views: await viewsOf(deps, kept),
    events: witness && [...witness.events()],
    refusedEvents: [...(witness?.refused() ?? [])],
    deadLetters: (await witness?.deadLetters()) ?? 0,
    outboxLeft: outboxes.reduce((sum, count) => sum + count, 0),
    now: new Date(),
  };
};
