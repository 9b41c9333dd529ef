import type { Connection } from 'mongoose';
import type { HoldDocument } from '../../src/models/hold.model.js';
import type { JobDocument } from '../../src/models/job.model.js';
import type { MovementDocument } from '../../src/models/movement.model.js';
import type { OrderDocument } from '../../src/models/order.model.js';
import type { ProductDocument } from '../../src/models/product.model.js';
import type { ReportDocument } from '../../src/models/report.model.js';
import type { SessionDocument } from '../../src/models/session.model.js';
import type { UserDocument } from '../../src/models/user.model.js';
import { createProductBody } from '../../src/schemas/product.js';
import { newProduct } from '../../src/services/product-creation.js';
import { nameKeyOf } from '../../src/utils/terms.js';
import { newId } from '../../src/utils/uuid.js';

const batchMax = 2_000;
const words = ['red', 'blue', 'green', 'lamp', 'chair', 'table', 'desk', 'mug', 'shirt', 'shoe', 'steel', 'maple'];
const word = (n: number): string => words[n % words.length] ?? '';

/** Rows that are as many and as varied as makes a planner choose as it would in a shop of that size. */
const rowsOf = (at: Date, owner: string, n: number) => {
  const [id, name] = [() => newId(at.getTime()), `${word(n)} ${word(n * 7 + 3)} ${String(n)}`];
  const later = new Date(at.getTime() + 86_400_000 * 30);
  const input = {
    name,
    price: (n * 7919) % 500,
    stock: n % 2 === 0 ? 0 : (n * 31) % 3_000,
    tags: ['all', `t${String(n % 20)}`],
  };
  const product: ProductDocument = { ...newProduct(createProductBody.parse(input), id(), owner, at), seq: 2, sold: 1 };
  const productId = product._id;
  const line = (seq: number, more: Partial<MovementDocument>): MovementDocument => ({
    ...{
      _id: id(),
      productId,
      seq,
      type: 'initial',
      delta: 0,
      soldDelta: 0,
      reservedDelta: 0,
      stockAfter: product.stock,
    },
    ...{ reason: null, reference: null, actorId: owner, buyerId: null, unitPrice: null, currency: null, createdAt: at },
    ...more,
  });
  const sale = { type: 'sale', delta: -1, soldDelta: 1, buyerId: owner, unitPrice: 5, currency: 'USD' } as const;
  const hold: HoldDocument = {
    ...{ _id: id(), productId, buyerId: owner, quantity: 1, unitPrice: 5, currency: 'USD', status: 'released' },
    ...{ expiresAt: at, releaseId: id(), saleId: null, createdAt: at, updatedAt: at },
  };
  const order: OrderDocument = {
    ...{ _id: id(), buyerId: owner, status: n % 3 === 0 ? 'rejected' : 'confirmed', total: 5, currency: 'USD' },
    ...{ items: [{ productId, quantity: 1, unitPrice: 5, name }], reason: null, createdAt: at, updatedAt: at },
  };
  const user: UserDocument = {
    ...{ _id: id(), email: `${word(n)}${String(n)}@example.com`, name, nameKey: nameKeyOf(name), sessionVersion: 0 },
    ...{ role: 'user', disabled: n % 50 === 0, passwordHash: '-', createdAt: at, updatedAt: at },
  };
  const job: JobDocument = {
    ...{ _id: id(), queue: n % 2 === 0 ? 'report-queue' : 'mail-queue', name: 'requested', data: {} },
    ...{
      status: n % 9 === 0 ? 'failed' : 'completed',
      claimAt: at,
      lease: null,
      attempts: 1,
      progress: 100,
      reason: null,
    },
    ...{ createdAt: at, startedAt: at, finishedAt: at, expiresAt: later },
  };
  const report: ReportDocument = {
    ...{ _id: id(), type: 'stock', productId: n % 4 === 0 ? productId : null, from: null, to: null, status: 'done' },
    ...{ progress: 100, requestedBy: owner, reason: null, rows: 0, truncated: false, files: null, createdAt: at },
    ...{ startedAt: at, finishedAt: at, seenAt: at, expiresAt: later },
  };
  const session: SessionDocument = {
    ...{ _id: id(), userId: user._id, handle: id(), secret: id(), startedAt: at, refreshedAt: at, expiresAt: later },
  };
  return {
    products: [product],
    stock_movements: [line(1, {}), line(2, sale)],
    holds: [hold],
    orders: [order],
    users: [user],
    jobs: [job],
    reports: [report],
    sessions: [session],
  };
};

/**
 * Fills the collections of a database, past the service, with so many of each; products, their ledgers and the rest fit together.
 * @returns ids of some products
 */
export const seedPlans = async (connection: Connection, count: number): Promise<string[]> => {
  const owners = Array.from({ length: Math.ceil(count / 20) }, () => newId());
  const startMs = Date.now() - 60_000 - count * 1_000;
  const ids: string[] = [];
  for (let from = 0; from < count; from += batchMax) {
    const rows = Array.from({ length: Math.min(batchMax, count - from) }, (_, index) => {
      const n = from + index;
      return rowsOf(new Date(startMs + n * 1_000), owners[n % owners.length] ?? '', n);
    });
    ids.push(...rows.flatMap(({ products }) => products.map(({ _id }) => _id)).slice(0, 10));
    for (const name of Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[]) {
      const documents: object[] = rows.flatMap((row) => row[name] as object[]);
      await connection.collection(name).insertMany(documents, { ordered: false });
    }
  }
  return ids;
};
