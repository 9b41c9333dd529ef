import type { Connection, mongo } from 'mongoose';
import { commandCollection, type CommandDocument, type StoredAnswer } from './command.model.js';
import { byMajority, createUnitsReader } from './customer-units.js';
import { holdCollection, type HoldDocument } from './hold.model.js';
import { movementCollection, type MovementDocument } from './movement.model.js';
import { orderStockCollection, type OrderStockDocument } from './order-stock.model.js';
import { productCollection, type ProductDocument } from './product.model.js';
import type { StateQuery, StockState } from './stock-state.js';

type Database = NonNullable<Connection['db']>;

const byId = <T extends { _id: string }>(documents: readonly T[]): Map<string, T> =>
  new Map(documents.map((document) => [document._id, document]));

/** Long fields that no decision looks at. */
const withoutText = { name: 0, description: 0, tags: 0, terms: 0 };

/** How many expired holds one batch takes back at most; what is left comes with the next. */
export const expiredMax = 500;

/** The expired holds of the products; where nothing is reserved, nobody is asked. */
const readExpired = (
  db: Database,
  products: ReadonlyMap<string, ProductDocument>,
  at: Date,
): Promise<HoldDocument[]> => {
  const withHolds = [...products.values()].filter(({ reserved }) => reserved > 0).map(({ _id }) => _id);
  return withHolds.length === 0
    ? Promise.resolve([])
    : db
        .collection<HoldDocument>(holdCollection)
        .find(
          { productId: { $in: withHolds }, status: 'held', expiresAt: { $lte: at } },
          { sort: { expiresAt: 1 }, limit: expiredMax + 1, batchSize: expiredMax + 2, ...byMajority },
        )
        .toArray();
};

/**
 * Reads from the primary what a batch has to know: the products first, then the holds, then the answers and counters. An answer that another process
 * gives meanwhile is then seen even where its sale was not, so that a repeat is never refused for what its first try got.
 */
export const createStateReader = (db: Database) => {
  const readUnits = createUnitsReader(db);

  const readProducts = ({ productIds, wholeProducts }: StateQuery): Promise<ProductDocument[]> =>
    productIds.size === 0
      ? Promise.resolve([])
      : db
          .collection<ProductDocument>(productCollection)
          .find(
            { _id: { $in: [...productIds] } },
            { batchSize: 1000, projection: wholeProducts ? { terms: 0 } : withoutText, ...byMajority },
          )
          .toArray();

  /** The documents that have these ids; no query without one. */
  const withIds = <T extends { _id: string }>(
    collection: string,
    ids: readonly string[],
  ): Promise<mongo.WithId<T>[]> =>
    ids.length === 0
      ? Promise.resolve([])
      : db
          .collection<T>(collection)
          .find({ _id: { $in: [...ids] } } as mongo.Filter<T>, { batchSize: 1000, ...byMajority })
          .toArray();

  const readNamesakes = (skus: readonly string[]): Promise<ProductDocument[]> =>
    skus.length === 0
      ? Promise.resolve([])
      : db
          .collection<ProductDocument>(productCollection)
          .find({ sku: { $in: [...skus] }, deleted: false }, { batchSize: 1000, projection: { sku: 1 }, ...byMajority })
          .toArray();

  return async (query: StateQuery): Promise<StockState> => {
    const { storedKeys, lineKeys, skus, holdIds, orderIds } = query;
    const products = byId(await readProducts(query));
    const [named, expired] = await Promise.all([
      withIds<HoldDocument>(holdCollection, holdIds),
      readExpired(db, products, query.at),
    ]);
    const holds = byId([...named, ...expired.slice(0, expiredMax)]);
    const owners = [...holds.values()].map(({ productId, buyerId }): [string, string] => [productId, buyerId]);
    const [commands, lines, namesakes, counters, orders] = await Promise.all([
      withIds<CommandDocument>(commandCollection, storedKeys),
      withIds<MovementDocument>(movementCollection, lineKeys),
      readNamesakes(skus),
      readUnits(products, [...query.buyers, ...owners]),
      withIds<OrderStockDocument>(orderStockCollection, orderIds),
    ]);
    return {
      products,
      answers: new Map(
        commands.map(({ _id, hash, status, body, location }): [string, StoredAnswer] => [
          _id,
          { hash, answer: { status, body, location } },
        ]),
      ),
      lines: byId(lines),
      takenSkus: new Set(namesakes.map(({ sku }) => sku)),
      counters,
      holds,
      moreExpired: expired.length > expiredMax,
      orders: byId(orders),
    };
  };
};
