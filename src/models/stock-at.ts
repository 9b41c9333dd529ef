import type { ClientSession, Connection } from 'mongoose';
import { laterMovements, type LaterMovements } from './later-movements.js';
import { productCollection, type ProductDocument } from './product.model.js';

/** What a product had at a time, by its ledger. */
export type StockAt = Pick<ProductDocument, '_id' | 'sku' | 'name' | 'stock' | 'reserved' | 'sold'> & {
  /** How many lines its ledger had. */
  lines: number;
};

const batchSize = 1_000;
const nothing = { lines: 0, stock: 0, sold: 0, reserved: 0 };

/** Names that products go by today, beside the numbers that they had then; a product that was made later is left out. */
const rowsAt = async function* (connection: Connection, until: Date, session: ClientSession): AsyncGenerator<StockAt> {
  const projection = { sku: 1, name: 1, stock: 1, reserved: 1, sold: 1, seq: 1 };
  const products = connection.collection<ProductDocument>(productCollection);
  const found = products.find({}, { session, projection, sort: { _id: 1 }, batchSize });
  const later = new Map<string, Omit<LaterMovements, 'productId' | 'fromSeq'>>();
  for await (const { productId, ...sums } of laterMovements(connection, until, session)) later.set(productId, sums);
  for await (const { seq, ...product } of found) {
    const since = later.get(product._id) ?? nothing;
    if (since.lines === seq && seq > 0) continue;
    yield {
      ...product,
      stock: product.stock - since.stock,
      reserved: product.reserved - since.reserved,
      sold: product.sold - since.sold,
      lines: seq - since.lines,
    };
  }
};

/** Every product's numbers at a time, all worked out in one view of the database; changes nothing. */
export const stockAt = async function* (connection: Connection, until: Date): AsyncGenerator<StockAt> {
  const session = connection.getClient().startSession({ snapshot: true });
  try {
    yield* rowsAt(connection, until, session);
  } finally {
    await session.endSession();
  }
};
