import type { Connection, mongo } from 'mongoose';
import { createHoldModel, type HoldDocument } from '../../src/models/hold.model.js';
import { createMovementModel, type MovementDocument } from '../../src/models/movement.model.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { at, holdOf, movementOf } from '../helpers/stock-commands.js';

const count = 5_000;
const products = 50;
const liveEach = 3;

interface Explained {
  executionStats: { totalDocsExamined: number; nReturned: number };
}

/** Ended holds and sales by the thousand must cost the looks of a batch and of the sweep nothing. */
describeMongo('what is asked of holds and of returned orders', () => {
  const database = freshDatabase();
  let connection: Connection;
  const before = new Date(at.getTime() - 1);
  beforeAll(async () => {
    connection = await database.connect();
    const [holds, movements] = [createHoldModel(connection), createMovementModel(connection)];
    for (const model of [holds, movements]) {
      await model.createCollection();
      await model.createIndexes();
    }
    const numbers = Array.from({ length: count }, (_, index) => index);
    await holds.collection.insertMany(
      numbers.map((n) =>
        holdOf(`h${n}`, {
          productId: `p${n % products}`,
          buyerId: `b${n % 100}`,
          status: n < products * liveEach ? 'held' : 'expired',
          expiresAt: n % 2 === 0 ? before : new Date(at.getTime() + n),
        }),
      ) as never[],
    );
    await movements.collection.insertMany(
      numbers.map((n) =>
        movementOf({
          _id: `m${n}`,
          productId: `p${n % products}`,
          buyerId: `b${n % 100}`,
          seq: n,
          type: n % 100 === 0 ? 'cancel' : 'sale',
        }),
      ) as never[],
    );
  });

  const explained = async (cursor: mongo.FindCursor): Promise<Explained['executionStats']> =>
    ((await cursor.explain('executionStats')) as unknown as Explained).executionStats;
  const holds = () => connection.collection<HoldDocument>('holds');
  const movements = () => connection.collection<MovementDocument>('stock_movements');

  it('when a batch asks for the expired holds of its products, then it looks at those alone, in their order', async () => {
    const filter = { productId: { $in: ['p0', 'p1', 'p2'] }, status: 'held' as const, expiresAt: { $lte: at } };
    const { totalDocsExamined, nReturned } = await explained(holds().find(filter).sort({ expiresAt: 1 }).limit(501));
    expect(nReturned).toBeGreaterThan(0);
    expect(totalDocsExamined).toBe(nReturned);
  });

  it('when the sweep asks for what has expired, then it looks at that alone', async () => {
    const filter = { status: 'held' as const, expiresAt: { $lte: at } };
    const { totalDocsExamined, nReturned } = await explained(holds().find(filter).sort({ expiresAt: 1 }).limit(1_000));
    expect(nReturned).toBe((products * liveEach) / 2);
    expect(totalDocsExamined).toBe(nReturned);
  });

  it('when live holds are counted, then ended ones are not looked at', async () => {
    const { totalDocsExamined } = await explained(holds().find({ status: 'held', expiresAt: { $gt: at } }));
    expect(totalDocsExamined).toBeLessThanOrEqual(products * liveEach);
  });

  it('when a customer of a younger limit is counted, then only the product’s live holds and its cancels are looked at', async () => {
    const who = { buyerId: { $in: ['b0'] }, productId: { $in: ['p0'] } };
    const held = await explained(holds().find({ status: 'held', ...who }));
    const cancelled = await explained(movements().find({ type: 'cancel', ...who }));
    const sold = await explained(movements().find({ type: 'sale', ...who }));
    expect(held.totalDocsExamined).toBeLessThanOrEqual(liveEach);
    expect(cancelled.totalDocsExamined).toBeLessThanOrEqual(count / 100);
    expect(sold.totalDocsExamined).toBeLessThanOrEqual(count / 100);
  });
});
