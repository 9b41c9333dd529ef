import type { Connection } from 'mongoose';
import type { StoreStep } from '../../src/models/stock-store.js';
import { checkBooks, startBuyers, type Buyers } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { expectInTime } from '../helpers/in-time.js';
import { startHolders } from '../helpers/holders.js';
import { describeMongo } from '../helpers/mongo.js';
import { startOrderers } from '../helpers/orderers.js';
import { randomFrom } from '../helpers/random.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { spawnShop, type SpawnedShop } from '../helpers/shop.js';

const steps = [
  'begun',
  'products-updated',
  'products-inserted',
  'movements-inserted',
  'counters-updated',
  'holds-inserted',
  'holds-ended',
  'orders-inserted',
  'orders-returned',
  'commands-inserted',
  'outbox-inserted',
  'commit-sent',
  'committed',
] as const satisfies readonly (StoreStep | 'commit-sent')[];
type Step = (typeof steps)[number];

const isLong = process.env['LONG'] === '1';
/** How many times each step in the long form, with other batches in flight each time. */
const rounds = 5;
/** How many steps the short form takes; the seed draws which. */
const drawn = 4;

/** The deaths of this run, in the steps' order. */
const deaths = (): Step[] => {
  if (isLong) return Array.from({ length: rounds }, () => steps).flat();
  const random = randomFrom(seed);
  const lots = new Map<Step, number>(steps.map((step) => [step, random()]));
  const limit = [...lots.values()].sort((a, b) => a - b)[drawn] ?? 1;
  return steps.filter((step) => (lots.get(step) ?? 1) < limit);
};
const rest = deaths();
const resumeMsMax = 5_000;
const deathMsMax = 60_000;

/** Products are created too, as only then a batch inserts some; without keys a create that is cut off is just gone. */
const createNow = async (shop: SpawnedShop): Promise<void> => {
  const { token } = shop.manager;
  await shop.client.createProduct({ token, body: { name: 'Lamp', price: 1999, stock: 5 } }).catch(() => undefined);
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
      'tests/helpers/crash-server.ts',
    ]);
    armedFor = step;
  };

  beforeAll(async () => {
    connection = await connect(database);
    // The server must not be the one who ends what the dead have left open.
    await connection.getClient().db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: 60 });
    await start(rest[0] ?? 'begun');
  }, 300_000);

  /** Of a test that has failed. */
  let abandon: (() => void)[] = [];
  afterEach(() => {
    for (const each of abandon) each();
    abandon = [];
  });
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
    const deadlineMs = performance.now() + deathMsMax;
    const lives = () => child.exitCode === null && child.signalCode === null;
    while (lives() && performance.now() < deadlineMs) await createNow(shop);
    if (lives()) throw new Error(`no batch has come by "${armedFor}" within ${deathMsMax} ms`);
    const { signal } = await shop.service.exited;
    expect(signal).toBe('SIGKILL');
    shop.client.close();
    return performance.now();
  };

  it.each(rest.map((step, index) => ({ step, next: rest[index + 1] ?? step, index })))(
    'when it dies at "$step" (case $index), then what was answered holds, repeats buy once, holds and orders end once and sales go on',
    async ({ step, next, index }) => {
      if (armedFor !== step) {
        await shop.close();
        await start(step);
      }
      const productIds = await stocked();
      const { id: productId, stock } = await shop.stocked(1_000_000);
      const buyers = startBuyers({ shop: () => shop, productIds, seed: seed + index });
      const ordered = await shop.stocked(1_000_000);
      const orderers = startOrderers({ shop: () => shop, productId: ordered.id, seed: seed + index });
      const holders = startHolders({ shop: () => shop, productId, stock, seed: seed + index });
      abandon = [buyers.abandon, orderers.abandon, holders.abandon];
      const diedMs = await crash(buyers);
      await start(next);
      const readyMs = performance.now();
      const soldMs = await buyers.everyProduct(diedMs);
      await buyers.sales(30);
      const tally = await buyers.stop();
      const holds = await holders.check(connection);
      const orders = await orderers.check(connection);
      report(step, {
        startMs: Math.round(readyMs - diedMs),
        allSellAfterReadyMs: Math.round(soldMs - readyMs),
        sales: tally.sales.length,
        lost: tally.lost,
        ...holds,
        ...orders,
      });
      await checkBooks(shop, connection, productIds, tally);
      expectInTime(soldMs - readyMs, 'sales of each product after the start').toBeLessThan(resumeMsMax);
    },
    600_000,
  );
});
