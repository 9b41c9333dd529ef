import type { Connection } from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkBooks, startBuyers, type Buyers, type Tally } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { describeMongo } from '../helpers/mongo.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { startShop, type LocalShop } from '../helpers/shop.js';

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
  }, 60_000);

  afterEach(async () => {
    mongod().thaw();
    await buyers.stop();
    await shop.close();
  }, 60_000);

  /** @param backMs when the database was back */
  const checkAll = async (what: string, backMs: number): Promise<Tally> => {
    const soldMs = await buyers.sales(1, { sinceMs: backMs, deadlineMs: 30_000 });
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
    expect(tally.waitMsMax).toBeLessThan(waitMsMax);
    expect(soldMs - backMs).toBeLessThan(resumeMsMax);
    return tally;
  };

  it.each(Array.from({ length: long ? 10 : 2 }, (_, round) => round))(
    'when it is killed and comes back (round %i), then buyers wait or get 503, and no sale is lost or doubled',
    async () => {
      await mongod().kill();
      await mongod().restart();
      await checkAll('killed', performance.now());
    },
    60_000,
  );

  it.each(long ? [0.5, 1, 2, 3, 4, 5, 6, 10, 20] : [2, 10])(
    'when it is frozen for %d s, then buyers wait or get 503, and no sale is lost or doubled',
    async (seconds) => {
      mongod().freeze();
      await sleep(seconds * 1000);
      mongod().thaw();
      const { unavailable, unresolved } = await checkAll(`frozen for ${seconds} s`, performance.now());
      if (seconds >= 6) {
        expect(unavailable).toBeGreaterThan(0);
        expect(unresolved).toBeGreaterThan(0);
      }
    },
    90_000,
  );
});
