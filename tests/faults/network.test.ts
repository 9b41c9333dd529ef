import type { Connection } from 'mongoose';
import { checkBooks, startBuyers, type Buyers } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { expectInTime } from '../helpers/in-time.js';
import { startMessageProxy } from '../helpers/message-proxy.js';
import { describeMongo } from '../helpers/mongo.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { startShop, type LocalShop } from '../helpers/shop.js';
import { startTcpProxy } from '../helpers/tcp-proxy.js';

/** Nobody waits longer for an answer, whatever it is. */
const waitMsMax = 6_500;

describeMongo(`the network between service and MongoDB (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();
  let connection: Connection;
  let shop: LocalShop;
  let productIds: string[];
  let buyers: Buyers;
  let stops: (() => Promise<void>)[];

  const open = async (uri: (database: string) => string): Promise<void> => {
    const database = freshName();
    connection = await connect(database);
    shop = await startShop(uri(database));
    stops.unshift(shop.close);
    const products = [await shop.stocked(1_000_000), await shop.stocked(1_000_000, { perCustomerLimit: 1_000_000 })];
    productIds = products.map(({ id }) => id);
    buyers = startBuyers({ shop: () => shop, productIds, seed });
    await buyers.sales(50);
  };

  const openPlain = async () => {
    const proxy = await startTcpProxy(mongod().port);
    stops.push(proxy.stop);
    await open((database) => `mongodb://127.0.0.1:${proxy.port}/${database}?directConnection=true`);
    return proxy;
  };

  beforeEach(() => {
    stops = [];
  });

  afterEach(async () => {
    buyers.abandon();
    for (const stop of stops) await stop();
  });

  const finish = async (what: string, sinceMs: number): Promise<{ pauseMs: number; unavailable: number }> => {
    const pauseMs = (await buyers.sales(1, { sinceMs })) - sinceMs;
    await buyers.sales(50);
    const tally = await buyers.stop();
    const { unavailable, unresolved, lost, sales } = tally;
    report(what, {
      firstSaleAfterMs: Math.round(pauseMs),
      longestWaitMs: Math.round(tally.waitMsMax),
      ...{ sales: sales.length, unavailable, unresolved, lost },
    });
    await checkBooks(shop, connection, productIds, tally);
    expectInTime(tally.waitMsMax, 'the longest wait').toBeLessThan(waitMsMax);
    return { pauseMs, unavailable };
  };

  it('when every packet takes 30 ms, then sales go on and nobody is sent away', async () => {
    const proxy = await openPlain();
    proxy.delay(30);
    const { unavailable } = await finish('30 ms each way', performance.now());
    expectInTime(unavailable, 'turned away by 503', 'answers').toBeLessThan(1);
  }, 300_000);

  it('when all connections break at once, again and again, then sales go on', async () => {
    const proxy = await openPlain();
    for (let count = 0; count < 10; count++) {
      proxy.cut();
      await buyers.sales(10);
    }
    const { unavailable } = await finish('cut ten times', performance.now());
    expectInTime(unavailable, 'turned away by 503', 'answers').toBeLessThan(1);
  }, 300_000);

  it('when connections are refused for as long as buyers wait, then they get 503 and sales go on afterwards', async () => {
    const proxy = await openPlain();
    proxy.refuse();
    await buyers.refusals(20);
    proxy.heal();
    const { pauseMs } = await finish('refused', performance.now());
    expectInTime(pauseMs, 'the first sale afterwards').toBeLessThan(5_000);
  }, 300_000);

  it('when nothing passes while connections stay open, then buyers get 503 and sales go on afterwards', async () => {
    const proxy = await openPlain();
    proxy.hold();
    await buyers.refusals(20);
    proxy.heal();
    const { pauseMs } = await finish('held', performance.now());
    expectInTime(pauseMs, 'the first sale afterwards').toBeLessThan(5_000);
  }, 300_000);

  it('when the connections that are open go deaf for good, then new ones are made and sales go on', async () => {
    const proxy = await startMessageProxy(mongod().port, () => 'pass');
    stops.push(proxy.stop);
    await open(proxy.uri);
    // Many at once, so that there are many connections: each of them is a trap afterwards.
    const { token } = shop.manager;
    await Promise.all(Array.from({ length: 60 }, () => shop.client.purchases({ token }, '?limit=100')));
    proxy.deafen();
    const { pauseMs } = await finish('half-open', performance.now());
    expectInTime(pauseMs, 'the first sale afterwards').toBeLessThan(8_000);
  }, 300_000);
});
