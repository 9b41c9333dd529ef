import type { Connection } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectInTime } from '../helpers/in-time.js';
import { checkBooks, startBuyers, type Buyers, type Tally } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { describeMongo } from '../helpers/mongo.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const long = process.env['LONG'] === '1';
/** Nobody waits longer for an answer, whatever it is. */
const waitMsMax = 6_500;
const resumeMsMax = 5_000;

describeMongo(`MongoDB goes away under load (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();
  let connection: Connection;
  let shop: LocalShop;
  let productIds: string[];
  let buyers: Buyers;

  beforeEach(async () => {
    const database = freshName();
    connection = await connect(database);
    shop = await startShop(mongod().uri(database));
    const products = [await shop.stocked(1_000_000), await shop.stocked(1_000_000, { perCustomerLimit: 1_000_000 })];
    productIds = products.map(({ id }) => id);
    buyers = startBuyers({ shop: () => shop, productIds, seed });
    await buyers.sales(50);
  });

  afterEach(async () => {
    mongod().thaw();
    buyers.abandon();
    await shop.close();
  });

  /** @param backMs when the database was back */
  const checkAll = async (what: string, backMs: number): Promise<Tally> => {
    const soldMs = await buyers.sales(1, { sinceMs: backMs });
    await buyers.sales(50);
    const tally = await buyers.stop();
    const { unavailable, unresolved, lost, sales } = tally;
    report(what, {
      firstSaleAfterMs: Math.round(soldMs - backMs),
      longestWaitMs: Math.round(tally.waitMsMax),
      ...{ sales: sales.length, unavailable, unresolved, lost },
    });
    await checkBooks(shop, connection, productIds, tally);
    expect(lost).toBe(0);
    expectInTime(tally.waitMsMax, 'the longest wait').toBeLessThan(waitMsMax);
    expectInTime(soldMs - backMs, 'the first sale afterwards').toBeLessThan(resumeMsMax);
    return tally;
  };

  it.each(Array.from({ length: long ? 10 : 1 }, (_, round) => round))(
    'when it is killed and comes back (round %i), then buyers wait or get 503, and no sale is lost or doubled',
    async () => {
      await mongod().kill();
      await mongod().restart();
      await checkAll('killed', performance.now());
    },
    300_000,
  );

  it.each(long ? [0.5, 1, 2, 3, 4, 5, 6, 10, 20] : [2])(
    'when it is frozen for %d s, then buyers wait or get 503, and no sale is lost or doubled',
    async (seconds) => {
      mongod().freeze();
      await sleep(seconds * 1000);
      mongod().thaw();
      await checkAll(`frozen for ${seconds} s`, performance.now());
    },
    300_000,
  );

  it('when it is frozen for longer than buyers wait, then they get 503, some with a key, and no sale is lost or doubled', async () => {
    mongod().freeze();
    await buyers.refusals(20);
    await waitFor(() => buyers.tally.unresolved > 0, { what: 'a 503 with a key' });
    mongod().thaw();
    await checkAll('frozen until buyers were sent away', performance.now());
  }, 300_000);
});
