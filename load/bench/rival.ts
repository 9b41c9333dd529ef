import { setTimeout as sleep } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import { totalsOfLines } from './ledger-facts.js';
import { usualPrice, type Participant, type Wares } from './participant.js';

export interface RivalDeps {
  ports: readonly number[];
  pids: readonly number[];
  /** The rival's own database. */
  database: mongo.Db;
  customerIds: readonly string[];
  /** Where stock lies beside MongoDB; for those that decide elsewhere. */
  setStock?: (ids: readonly string[], stock: number) => Promise<void>;
  getStock?: (ids: readonly string[]) => Promise<number[]>;
}

interface ShopRow {
  _id: string;
  name: string;
  price: number;
  stock: number;
}

/** What a product of ours shows beside a rival's own fields, as long as ours, so that both send as much. */
const restOfProduct = (_id: string) => {
  const at = new Date().toISOString();
  return {
    ...{ sku: 'SKU-0000000000', description: '', currency: 'USD', reserved: 0, sold: 0 },
    ...{ lowStockThreshold: null, perCustomerLimit: null, saleStartsAt: null, saleEndsAt: null, tags: [] },
    ...{ version: 1, seq: 1, createdBy: _id, createdAt: at, updatedAt: at },
  };
};

const shopRow = (index: number, { price = usualPrice, stock, whole = false }: Wares): ShopRow => {
  const _id = newId();
  return { _id, name: `Bench product ${index + 1}`, price, stock, ...(whole ? restOfProduct(_id) : {}) };
};

const settleMsMax = 60_000;

/**
 * Waits until the orders that were promised have been written, for rivals that write them later. Gives up at the
 * deadline: what is missing then is a fault that the audit names.
 */
const untilWritten = async (database: mongo.Db, ids: readonly string[], promised: number): Promise<void> => {
  const deadline = Date.now() + settleMsMax;
  const orders = database.collection('orders');
  while ((await orders.countDocuments({ productId: { $in: ids } })) < promised && Date.now() < deadline)
    await sleep(50);
};

/** A rival that keeps `products` and `orders` in MongoDB, as `load/rivals/shop.ts` lays them out. */
export const createRival = ({ ports, pids, database, customerIds, setStock, getStock }: RivalDeps): Participant => ({
  ports,
  pids,
  customers: customerIds.map((id) => `X-Customer-Id: ${id}`),
  tidy: () => undefined,
  offer: async (wares: Wares) => {
    const rows = Array.from({ length: wares.products }, (_, index) => shopRow(index, wares));
    await database.collection<ShopRow>('products').insertMany(rows);
    const ids = rows.map((row) => row._id);
    await setStock?.(ids, wares.stock);
    return ids;
  },
  facts: async (ids, answered, { stock: stockAtFirst }) => {
    const promised = answered.reduce((sum, count) => sum + count, 0);
    await untilWritten(database, ids, promised);
    const lines = { collection: 'orders', match: {}, units: '$quantity', customer: '$customerId', stockAfter: null };
    const totals = await totalsOfLines(database, ids, lines);
    const rows = await database
      .collection<ShopRow>('products')
      .find({ _id: { $in: [...ids] } })
      .toArray();
    const stockOf = new Map(rows.map((row) => [row._id, row.stock]));
    const elsewhere = (await getStock?.(ids)) ?? [];
    return ids.map((productId, index) => {
      const stockNow = stockOf.get(productId) ?? NaN;
      return {
        productId,
        answered: answered[index] ?? 0,
        stockAtFirst,
        stockNow,
        lines: totals.get(productId)?.lines ?? 0,
        units: totals.get(productId)?.units ?? 0,
        stockLowest: Math.min(stockNow, elsewhere[index] ?? stockNow),
        // Two places that tell the stock must tell the same.
        ...(getStock === undefined ? {} : { consistent: elsewhere[index] === stockNow }),
      };
    });
  },
});

/** A rival that sells nothing: it answers a constant, so there is nothing to audit. */
export const createConstant = (
  ports: readonly number[],
  pids: readonly number[],
  customerIds: readonly string[],
): Participant => ({
  ports,
  pids,
  customers: customerIds.map((id) => `X-Customer-Id: ${id}`),
  tidy: () => undefined,
  offer: ({ products }) => Promise.resolve(Array.from({ length: products }, () => newId())),
  facts: () => Promise.resolve([]),
});
