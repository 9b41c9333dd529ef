import type { Connection } from 'mongoose';
import type { StoreStep } from '../../src/models/stock-store.js';
import { checkBooks, startBuyers, type Buyers } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { describeMongo } from '../helpers/mongo.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { spawnShop, type SpawnedShop } from '../helpers/shop.js';

const steps = [
  'begun',
  'products-updated',
  'products-inserted',
  'movements-inserted',
  'counters-updated',
  'commands-inserted',
  'outbox-inserted',
  'commit-sent',
  'committed',
] as const satisfies readonly (StoreStep | 'commit-sent')[];
type Step = (typeof steps)[number];

/** How many times each step; with other batches in flight each time. */
const rounds = process.env['LONG'] === '1' ? 5 : 1;
const resumeMsMax = 5_000;

/** Products are created too, as only then a batch inserts some; without keys a create that is cut off is just gone. */
const createNow = async (shop: SpawnedShop): Promise<void> => {
  await shop.stocked(5).catch(() => undefined);
};

describeMongo(`a process killed between two statements of a batch (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();
  const database = freshName();
  let connection: Connection;
  let shop: SpawnedShop;
  /** At which step the process that runs now will die. */
  let armedFor: Step;

  const start = async (step: Step): Promise<void> => {
    shop = await spawnShop(mongod().uri(database), { CRASH_STEP: step, CRASH_AT_BATCH: String(1 + (seed % 3)) }, [
      '--import',
      'tsx',
      'tests/helpers/crash-server.ts',
    ]);
    armedFor = step;
  };

  beforeAll(async () => {
    connection = await connect(database);
    // The server must not be the one who ends what the dead have left open.
    await connection.getClient().db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: 60 });
    await start(steps[0]);
  }, 120_000);

  afterAll(() => shop.close());

  const stocked = async (): Promise<string[]> => {
    const products = [
      await shop.stocked(1_000_000),
      await shop.stocked(1_000_000),
      await shop.stocked(1_000_000, { perCustomerLimit: 1_000_000 }),
    ];
    return products.map(({ id }) => id);
  };

  /** @returns monotonic milliseconds of the death */
  const crash = async (buyers: Buyers): Promise<number> => {
    await buyers.sales(30);
    const { child } = shop.service;
    child.kill('SIGUSR2');
    // Whether a batch has a creation in it is up to who comes when: they come until it is over.
    while (child.exitCode === null && child.signalCode === null) await createNow(shop);
    const { signal } = await shop.service.exited;
    expect(signal).toBe('SIGKILL');
    shop.client.close();
    return performance.now();
  };

  const rest = Array.from({ length: rounds }, () => steps).flat();
  it.each(rest.map((step, index) => ({ step, next: rest[index + 1] ?? step, index })))(
    'when it dies at "$step" (case $index), then what was answered holds, repeats buy once and sales go on',
    async ({ step, next, index }) => {
      if (armedFor !== step) {
        await shop.close();
        await start(step);
      }
      const productIds = await stocked();
      const buyers = startBuyers({ shop: () => shop, productIds, seed: seed + index });
      const diedMs = await crash(buyers);
      await start(next);
      const readyMs = performance.now();
      const soldMs = await buyers.everyProduct(diedMs);
      await buyers.sales(30);
      const tally = await buyers.stop();
      report(step, {
        startMs: Math.round(readyMs - diedMs),
        allSellAfterReadyMs: Math.round(soldMs - readyMs),
        sales: tally.sales.length,
        lost: tally.lost,
      });
      expect(soldMs - readyMs).toBeLessThan(resumeMsMax);
      await checkBooks(shop, connection, productIds, tally);
    },
    120_000,
  );
});
