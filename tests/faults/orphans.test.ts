import type { Connection } from 'mongoose';
import { connectMongo, type Mongo } from '../../src/config/mongo.js';
import { commandCollection } from '../../src/models/command.model.js';
import { appNameOf } from '../../src/models/process.model.js';
import { productCollection, type ProductDocument } from '../../src/models/product.model.js';
import { newId } from '../../src/utils/uuid.js';
import { checkBooks, startBuyers, type Buyers } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo } from '../helpers/mongo.js';
import { expectNobodyTurnedAway } from '../helpers/patiently.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const isLong = process.env['LONG'] === '1';
/** A heart that misses no beat, however busy the machine is. */
const longAheadMs = 3_600_000;
/** A transaction counts as idle after 1 s, and a product's buyers look for it after 400 ms of conflicts. */
const orphanEndMsMax = 3_000;

describeMongo(`open transactions that hold a product (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();
  let database: string;
  let connection: Connection;
  let shop: LocalShop;
  let productId: string;
  let others: Mongo[];
  let buyers: Buyers | undefined;
  const startBuying = (): Buyers => (buyers = startBuyers({ shop: () => shop, productIds: [productId], seed }));

  const lifetimeOf = (seconds: number) =>
    connection.getClient().db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: seconds });

  beforeEach(async () => {
    others = [];
    database = freshName();
    connection = await connect(database);
    // The server must not be the one who ends what is open.
    await lifetimeOf(60);
    shop = await startShop(mongod().uri(database));
    productId = (await shop.stocked(1_000_000)).id;
  });

  afterEach(async () => {
    buyers?.abandon();
    buyers = undefined;
    await Promise.all(others.map(({ close }) => close()));
    await shop.close();
    await lifetimeOf(3);
  });

  /** Begins a sale past the service and leaves it open, as a process does that dies in the middle of it. */
  const holdProduct = async (appName: string) => {
    const mongo = await connectMongo({
      uri: mongod().uri(database),
      appName,
      logger: { warn: () => undefined },
    });
    others.push(mongo);
    const session = mongo.client.startSession();
    session.startTransaction();
    const { matchedCount } = await mongo.connection
      .collection<ProductDocument>(productCollection)
      .updateOne({ _id: productId }, { $inc: { stock: -1 } }, { session });
    expect(matchedCount).toBe(1);
    return session;
  };

  const beat = (processId: string, aheadMs = 0) =>
    connection
      .collection<{ _id: string }>('processes')
      .updateOne({ _id: processId }, [{ $set: { at: { $add: ['$$NOW', aheadMs] } } }], { upsert: true });

  it.each([
    { dead: 'was never seen', beats: false },
    { dead: 'has been still for long enough', beats: true },
  ])(
    'when it belongs to a process that $dead, then it is ended and sales go on',
    async ({ beats }) => {
      const processId = newId();
      if (beats) await beat(processId);
      const session = await holdProduct(appNameOf(processId));
      const startedMs = performance.now();
      const buyers = startBuying();
      const soldMs = await buyers.sales(1, { sinceMs: startedMs });
      const tally = await buyers.stop();
      report('orphan', { firstSaleAfterMs: Math.round(soldMs - startedMs) });
      await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });
      await session.endSession();
      await checkBooks(shop, connection, [productId], tally);
      expectInTime(soldMs - startedMs, 'the first sale').toBeLessThan(orphanEndMsMax);
      expectInTime(tally.unavailable, 'turned away by 503', 'answers').toBeLessThan(1);
    },
    240_000,
  );

  it('when it holds the key of an order, then it is ended, and the repeat makes the order', async () => {
    const { token, id } = person();
    const key = newId();
    const mongo = await connectMongo({
      uri: mongod().uri(database),
      appName: appNameOf(newId()),
      logger: { warn: () => undefined },
    });
    others.push(mongo);
    const session = mongo.client.startSession();
    session.startTransaction();
    const commands = mongo.connection.collection<{ _id: string }>(commandCollection);
    await commands.insertOne({ _id: `${id}:${key}` }, { session });
    const order = { token, key, body: { productId, quantity: 1 } };
    const { status } = await shop.client.api('POST', '/orders', order);
    expectNobodyTurnedAway([{ status }]);
    expect(status).toBe(201);
    await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });
    await session.endSession();
  }, 240_000);

  it.each([
    { whose: 'of a process that lives', appName: (id: string) => appNameOf(id) },
    ...(isLong ? [{ whose: 'of another program', appName: () => 'somebody else' }] : []),
    { whose: 'of another program with a name like ours', appName: (id: string) => `not-${appNameOf(id)}` },
  ])(
    'when it is one $whose, then it is left alone, and its buyers get 503 with a key in time',
    async ({ appName }) => {
      const processId = newId();
      await beat(processId, longAheadMs);
      const session = await holdProduct(appName(processId));
      const buyers = startBuying();
      await waitFor(() => buyers.tally.unresolved > 0, { what: 'a 503 with a key' });
      expect(buyers.tally.sales).toEqual([]);
      // It is not ended: its owner still can, and it gives the product free.
      await session.abortTransaction();
      const freeMs = performance.now();
      await session.endSession();
      const soldMs = await buyers.sales(1, { sinceMs: 0 });
      await buyers.sales(20);
      const tally = await buyers.stop();
      report('not an orphan', {
        firstSaleAfterMs: Math.round(soldMs - freeMs),
        longestWaitMs: Math.round(tally.waitMsMax),
      });
      await checkBooks(shop, connection, [productId], tally);
      expectInTime(tally.waitMsMax, 'the longest wait').toBeLessThan(6_500);
    },
    240_000,
  );
});
