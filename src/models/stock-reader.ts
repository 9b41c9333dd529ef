import type { Connection, mongo } from 'mongoose';
import { commandCollection, type CommandDocument, type StoredAnswer } from './command.model.js';
import { counterId, customerCounterCollection, type CustomerCounterDocument } from './customer-counter.model.js';
import { movementCollection, type MovementDocument } from './movement.model.js';
import { productCollection, type ProductDocument } from './product.model.js';
import type { StateQuery, StockState } from './stock-state.js';

type Database = NonNullable<Connection['db']>;

const byId = <T extends { _id: string }>(documents: readonly T[]): Map<string, T> =>
  new Map(documents.map((document) => [document._id, document]));

/** Long fields that no decision looks at. */
const withoutText = { name: 0, description: 0, tags: 0, terms: 0 };

/**
 * Nothing is decided by what may be rolled back, and nothing is shown of a commit before its answers and its lines can be read
 * too: else a repeat would be refused by the very sale that it repeats.
 */
const byMajority = { readConcern: 'majority' } as const;

/**
 * Units per customer of the products that count them. Read after the products: should stock move in between, the
 * products' `seq` gives the batch away when it is written.
 */
const readCounters = async (
  db: Database,
  products: ReadonlyMap<string, ProductDocument>,
  buyers: StateQuery['buyers'],
): Promise<Map<string, number>> => {
  const counted = buyers.filter(([productId]) => (products.get(productId)?.limitHistory ?? 'none') !== 'none');
  if (counted.length === 0) return new Map();
  const ids = [...new Set(counted.map(([productId, buyerId]) => counterId(productId, buyerId)))];
  const documents = await db
    .collection<CustomerCounterDocument>(customerCounterCollection)
    .find({ _id: { $in: ids } }, { batchSize: 1000, ...byMajority })
    .toArray();
  const counters = new Map(documents.map(({ _id, units }) => [_id, units]));
  const uncounted = counted.filter(
    ([productId, buyerId]) =>
      products.get(productId)?.limitHistory === 'ledger' && !counters.has(counterId(productId, buyerId)),
  );
  if (uncounted.length === 0) return counters;
  // The limit is younger than the product: what these customers bought before is in the ledger alone.
  const sums = db
    .collection<MovementDocument>(movementCollection)
    .aggregate<{ _id: { p: string; b: string }; units: number }>(
      [
        {
          $match: {
            type: 'sale',
            buyerId: { $in: [...new Set(uncounted.map(([, buyerId]) => buyerId))] },
            productId: { $in: [...new Set(uncounted.map(([productId]) => productId))] },
          },
        },
        { $group: { _id: { p: '$productId', b: '$buyerId' }, units: { $sum: '$soldDelta' } } },
      ],
      byMajority,
    );
  for (const { _id, units } of await sums.toArray()) {
    const id = counterId(_id.p, _id.b);
    if (!counters.has(id)) counters.set(id, units);
  }
  return counters;
};

/**
 * Reads from the primary what a batch has to know: the products first, then the answers and counters. An answer that another process
 * gives meanwhile is then seen even where its sale was not, so that a repeat is never refused for what its first try got.
 */
export const createStateReader = (db: Database) => {
  const readProducts = ({ productIds, wholeProducts }: StateQuery): Promise<ProductDocument[]> =>
    productIds.size === 0
      ? Promise.resolve([])
      : db
          .collection<ProductDocument>(productCollection)
          .find(
            { _id: { $in: [...productIds] }, deleted: false },
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
    const { storedKeys, lineKeys, skus, buyers } = query;
    const products = byId(await readProducts(query));
    const [commands, lines, namesakes, counters] = await Promise.all([
      withIds<CommandDocument>(commandCollection, storedKeys),
      withIds<MovementDocument>(movementCollection, lineKeys),
      readNamesakes(skus),
      readCounters(db, products, buyers),
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
    };
  };
};
