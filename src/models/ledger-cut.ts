import type { Connection } from 'mongoose';
import { holdCollection, type HoldDocument } from './hold.model.js';
import type { LaterMovements } from './later-movements.js';
import { movementCollection, type MovementDocument } from './movement.model.js';
import { orderStockCollection, type OrderStockDocument } from './order-stock.model.js';

const batchSize = 1_000;

type Line = Pick<MovementDocument, '_id' | 'type' | 'reservedDelta' | 'reference'>;

/** Cuts a product's ledger, and takes back what the lines that go have done to holds and to what orders took. */
export const createLedgerCut = (connection: Connection) => {
  const movements = connection.collection<MovementDocument>(movementCollection);
  const holds = connection.collection<HoldDocument>(holdCollection);
  const orderStock = connection.collection<OrderStockDocument>(orderStockCollection);

  /** Undoes what lines of the ledger have done elsewhere; in any order, as whatever began after the time goes altogether. */
  const undo = async (lines: readonly Line[]): Promise<void> => {
    const about = (wanted: (line: Line) => boolean): string[] =>
      lines.filter(wanted).flatMap(({ reference }) => reference ?? []);
    const endsHold = ({ type, reservedDelta }: Line) => type === 'release' || (type === 'sale' && reservedDelta < 0);
    const begun = lines.filter(({ type }) => type === 'reserve').map(({ _id }) => _id);
    const took = about(({ type, reservedDelta }) => type === 'sale' && reservedDelta === 0);
    const gaveBack = about(({ type }) => type === 'cancel');
    await holds.updateMany({ _id: { $in: about(endsHold) } }, { $set: { status: 'held', saleId: null } });
    await holds.deleteMany({ _id: { $in: begun } });
    await orderStock.updateMany({ _id: { $in: gaveBack }, status: 'returned' }, { $set: { status: 'taken' } });
    await orderStock.deleteMany({ _id: { $in: took } });
  };

  return async ({ productId, fromSeq }: Pick<LaterMovements, 'productId' | 'fromSeq'>): Promise<void> => {
    const gone = { productId, seq: { $gte: fromSeq } };
    const projection = { type: 1, reservedDelta: 1, reference: 1 };
    let lines: Line[] = [];
    for await (const line of movements.find<Line>(gone, { projection, batchSize })) {
      lines.push(line);
      if (lines.length < batchSize) continue;
      await undo(lines);
      lines = [];
    }
    if (lines.length > 0) await undo(lines);
    await movements.deleteMany(gone);
  };
};
