import type { Connection } from 'mongoose';
import { movementCollection, type MovementDocument } from '../../src/models/movement.model.js';
import { productCollection, type ProductDocument } from '../../src/models/product.model.js';
import type { Answer, Purchase } from './api-client.js';
import { patiently } from './patiently.js';
import type { Shop } from './shop.js';

export interface Witnessed {
  /** Every 201 that was seen of this product's purchases, repeats included. */
  created?: readonly Answer<Purchase>[];
  /** Whether every purchase that can have succeeded has been seen to: then there is no sale line without a 201. */
  sawAll?: boolean;
}

/** The ledger as it lies in the database, oldest line first. */
export const ledgerOf = (connection: Connection, productId: string): Promise<MovementDocument[]> =>
  connection.collection<MovementDocument>(movementCollection).find({ productId }).sort({ seq: 1 }).toArray();

export const storedProductOf = (connection: Connection, productId: string): Promise<ProductDocument | null> =>
  connection.collection<ProductDocument>(productCollection).findOne({ _id: productId });

/** Checks line by line, without the service's own audit, that the ledger explains the product. */
const checkLedger = (lines: readonly MovementDocument[], product: ProductDocument): void => {
  const totals = { stock: 0, sold: 0, reserved: 0, seq: 0 };
  for (const line of lines) {
    totals.seq++;
    totals.stock += line.delta;
    totals.sold += line.soldDelta;
    totals.reserved += line.reservedDelta;
    expect({ seq: line.seq, stockAfter: line.stockAfter }).toEqual({ seq: totals.seq, stockAfter: totals.stock });
    expect(line.stockAfter).toBeGreaterThanOrEqual(0);
  }
  expect(totals).toEqual({
    stock: product.stock,
    sold: product.sold,
    reserved: product.reserved,
    seq: product.seq,
  });
};

/** Each purchase that was answered is exactly one line, and says what the line says. */
const checkAnswers = (lines: readonly MovementDocument[], { created = [], sawAll = true }: Witnessed): void => {
  const sales = new Map(lines.filter(({ type }) => type === 'sale').map((line) => [line._id, line]));
  const answered = new Set<string>();
  for (const { status, data } of created) {
    expect(status).toBe(201);
    answered.add(data.id);
    const sale = sales.get(data.id);
    expect({
      id: data.id,
      quantity: sale?.soldDelta,
      stockAfter: sale?.stockAfter,
      unitPrice: sale?.unitPrice,
    }).toEqual({
      id: data.id,
      quantity: data.quantity,
      stockAfter: data.stockAfter,
      unitPrice: data.unitPrice,
    });
  }
  if (sawAll) expect([...sales.keys()].filter((id) => !answered.has(id))).toEqual([]);
};

/**
 * Fails unless a product's books are right, by GET /audit and by the database itself: received = stock + reserved + sold, no gap in
 * the ledger, stock never below zero, and each 201's purchase is exactly one sale line.
 * @returns the ledger, oldest line first
 */
export const auditClean = async (
  { client, manager }: Shop,
  connection: Connection,
  productId: string,
  witnessed: Witnessed = {},
): Promise<MovementDocument[]> => {
  const { status, data } = await patiently(() => client.audit(productId, { token: manager.token }));
  expect({ status, faults: data.faults, consistent: data.consistent }).toEqual({
    status: 200,
    faults: [],
    consistent: true,
  });
  const [product, lines] = await Promise.all([storedProductOf(connection, productId), ledgerOf(connection, productId)]);
  if (product === null) throw new Error(`there is no product ${productId}`);
  const { stock, reserved, sold } = product;
  expect(data).toMatchObject({ stock, reserved, sold, received: stock + reserved + sold, lines: lines.length });
  checkLedger(lines, product);
  checkAnswers(lines, witnessed);
  return lines;
};
