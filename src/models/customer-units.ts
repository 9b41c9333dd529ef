import type { Connection } from 'mongoose';
import { counterId, customerCounterCollection, type CustomerCounterDocument } from './customer-counter.model.js';
import { holdCollection, type HoldDocument } from './hold.model.js';
import { movementCollection, type MovementDocument } from './movement.model.js';
import type { ProductDocument } from './product.model.js';

type Database = NonNullable<Connection['db']>;

/** `[productId, buyerId]` */
type Pair = readonly [string, string];
interface PairSum {
  _id: { p: string; b: string };
  units: number;
}

/**
 * Nothing is decided by what may be rolled back, and nothing is shown of a commit before its answers and its lines can be read
 * too: else a repeat would be refused by the very sale that it repeats.
 */
export const byMajority = { readConcern: 'majority' } as const;

/** The matching documents' `units`, summed up per product and customer. */
const summing = (match: object, units: string): object[] => [
  { $match: match },
  { $group: { _id: { p: '$productId', b: '$buyerId' }, units: { $sum: units } } },
];

/**
 * What customers without a counter have of products whose limit came after their first sale: what they bought, less what they gave
 * back, and what is held for them.
 */
const unitsFromLedger = async (db: Database, pairs: readonly Pair[]): Promise<PairSum[]> => {
  const buyerId = { $in: [...new Set(pairs.map(([, buyer]) => buyer))] };
  const productId = { $in: [...new Set(pairs.map(([product]) => product))] };
  const movements = db.collection<MovementDocument>(movementCollection);
  const sums = await Promise.all([
    movements.aggregate<PairSum>(summing({ type: 'sale', buyerId, productId }, '$soldDelta'), byMajority).toArray(),
    movements.aggregate<PairSum>(summing({ type: 'cancel', buyerId, productId }, '$soldDelta'), byMajority).toArray(),
    db
      .collection<HoldDocument>(holdCollection)
      .aggregate<PairSum>(summing({ status: 'held', buyerId, productId }, '$quantity'), byMajority)
      .toArray(),
  ]);
  return sums.flat();
};

/**
 * Reads how many units customers have of the products that count them. To be read after the products: should stock move
 * in between, the products' `seq` gives the batch away when it is written.
 */
export const createUnitsReader =
  (db: Database) =>
  async (products: ReadonlyMap<string, ProductDocument>, buyers: readonly Pair[]): Promise<Map<string, number>> => {
    const counted = buyers.filter(([productId]) => (products.get(productId)?.limitHistory ?? 'none') !== 'none');
    if (counted.length === 0) return new Map();
    const ids = [...new Set(counted.map(([productId, buyerId]) => counterId(productId, buyerId)))];
    const documents = await db
      .collection<CustomerCounterDocument>(customerCounterCollection)
      .find({ _id: { $in: ids } }, { batchSize: 1000, ...byMajority })
      .toArray();
    const kept = new Map(documents.map(({ _id, units }) => [_id, units]));
    const uncounted = counted.filter(
      ([productId, buyerId]) =>
        products.get(productId)?.limitHistory === 'ledger' && !kept.has(counterId(productId, buyerId)),
    );
    if (uncounted.length === 0) return kept;
    const units = new Map(kept);
    for (const { _id, units: more } of await unitsFromLedger(db, uncounted)) {
      const id = counterId(_id.p, _id.b);
      if (!kept.has(id)) units.set(id, (units.get(id) ?? 0) + more);
    }
    return units;
  };
