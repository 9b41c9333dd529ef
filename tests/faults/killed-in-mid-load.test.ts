import type { Connection } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkBooks, mergedTally, startBuyers, type Buyers, type BuyersOptions } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo } from '../helpers/mongo.js';
import { randomFrom } from '../helpers/random.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { spawnShop, type SpawnedShop } from '../helpers/shop.js';

const kills = process.env['LONG'] === '1' ? 30 : 2;
const resumeMsMax = 5_000;
/** The kill comes at a moment of the load within so many milliseconds. */
const momentMsMax = 400;

describeMongo(`a process killed in mid-load (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();
  let database: string;
  let connection: Connection;
  const running = new Set<SpawnedShop>();
  const started: Buyers[] = [];
  const startBuying = (options: BuyersOptions): Buyers => {
    const buyers = startBuyers(options);
    started.push(buyers);
    return buyers;
  };

  const start = async (): Promise<SpawnedShop> => {
    const shop = await spawnShop(mongod().uri(database), { LOG_LEVEL: 'info' });
    running.add(shop);
    return shop;
  };

  const kill = async (shop: SpawnedShop): Promise<void> => {
    await shop.service.stop('SIGKILL');
    shop.client.close();
    running.delete(shop);
  };

  const stocked = async (shop: SpawnedShop): Promise<string[]> => {
    const products = [await shop.stocked(1_000_000), await shop.stocked(1_000_000, { perCustomerLimit: 1_000_000 })];
    return products.map(({ id }) => id);
  };

  beforeEach(async () => {
    database = freshName();
    connection = await connect(database);
    // The server must not be the one who ends what the dead have left open.
    await connection.getClient().db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: 60 });
  });

  afterEach(async () => {
    for (const buyers of started.splice(0)) buyers.abandon();
    await Promise.all([...running].map((shop) => shop.close()));
    running.clear();
  });

  it(
    `when it is killed ${kills} times and started again, then what was answered holds, repeats buy once and sales go on`,
    async () => {
      const random = randomFrom(seed);
      let shop = await start();
      const productIds = await stocked(shop);
      const buyers = startBuying({ shop: () => shop, productIds, seed });
      const pauses: number[] = [];
      for (let count = 0; count < kills; count++) {
        await buyers.sales(20);
        await sleep(random() * momentMsMax);
        await kill(shop);
        const diedMs = performance.now();
        shop = await start();
        const readyMs = performance.now();
        pauses.push(Math.round((await buyers.everyProduct(diedMs)) - readyMs));
      }
      await buyers.sales(20);
      const tally = await buyers.stop();
      report('killed', { allSellAfterReadyMs: pauses, sales: tally.sales.length, lost: tally.lost });
      await checkBooks(shop, connection, productIds, tally);
      expectInTime(Math.max(...pauses), 'sales of each product after a start').toBeLessThan(resumeMsMax);
    },
    240_000 + kills * 120_000,
  );

  it('when one of two processes is killed, then the other goes on selling the same products', async () => {
    const random = randomFrom(seed);
    const [first, second] = await Promise.all([start(), start()]);
    const productIds = await stocked(first);
    // Who was at the first goes on at the second, with the key of what has not been answered.
    let theirs = first;
    const moving = startBuying({ shop: () => theirs, productIds, seed, count: 12 });
    const staying = startBuying({ shop: () => second, productIds, seed: seed + 1, count: 12 });
    await Promise.all([moving.sales(20), staying.sales(20)]);
    await sleep(random() * momentMsMax);
    const killing = kill(first);
    theirs = second;
    await killing;
    const diedMs = performance.now();
    const soldMs = await staying.everyProduct(diedMs);
    await Promise.all([moving.sales(30), staying.sales(30)]);
    const tallies = [await moving.stop(), await staying.stop()] as const;
    report('one of two killed', {
      allSellAfterMs: Math.round(soldMs - diedMs),
      sales: tallies.map(({ sales }) => sales.length),
      lost: tallies.map(({ lost }) => lost),
    });
    expect(tallies[1].lost).toBe(0);
    const tally = mergedTally(tallies);
    await checkBooks(second, connection, productIds, tally);
    expectInTime(soldMs - diedMs, 'sales of each product at the other').toBeLessThan(resumeMsMax);
  }, 400_000);

  it('when one of two processes stands still for 4 s, then the other sells on, and both do afterwards', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    const productIds = await stocked(first);
    const held = startBuying({ shop: () => first, productIds, seed, count: 12 });
    const free = startBuying({ shop: () => second, productIds, seed: seed + 1, count: 12 });
    await Promise.all([held.sales(20), free.sales(20)]);
    first.service.child.kill('SIGSTOP');
    const stoppedMs = performance.now();
    const soldMs = await free.everyProduct(stoppedMs);
    await sleep(Math.max(0, stoppedMs + 4_000 - performance.now()));
    first.service.child.kill('SIGCONT');
    const goesOnMs = performance.now();
    const bothMs = await held.everyProduct(goesOnMs);
    await free.sales(30);
    const tally = mergedTally([await held.stop(), await free.stop()]);
    report('one of two stood still', {
      othersSellAfterMs: Math.round(soldMs - stoppedMs),
      bothSellAfterMs: Math.round(bothMs - goesOnMs),
      sales: tally.sales.length,
      unavailable: tally.unavailable,
    });
    expect(tally.lost).toBe(0);
    await checkBooks(second, connection, productIds, tally);
    expectInTime(soldMs - stoppedMs, 'sales of each product at the other').toBeLessThan(resumeMsMax);
    expectInTime(bothMs - goesOnMs, 'sales of each product at the one that stood still').toBeLessThan(resumeMsMax);
  }, 400_000);
});
