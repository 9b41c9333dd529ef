import type { Connection } from 'mongoose';
import { connectMongo } from '../../src/config/mongo.js';
import { newId } from '../../src/utils/uuid.js';
import { checkBooks, startBuyers } from '../helpers/buyers.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo } from '../helpers/mongo.js';
import { startReplicaSet, type ReplicaSet } from '../helpers/replica-set.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { startShop, type LocalShop } from '../helpers/shop.js';

const kills = process.env['LONG'] === '1' ? 6 : 1;
/** From the death of the primary to a purchase that was asked for and answered with 201 after it. */
const recoveryMsMax = 15_000;

describeMongo(`three mongods, one of them killed (seed ${seed})`, () => {
  let set: ReplicaSet | undefined;
  let connection: Connection | undefined;
  let shop: LocalShop | undefined;

  afterAll(async () => {
    await shop?.close();
    await connection?.close();
    await set?.stop();
  }, 240_000);

  it(
    `when the primary is killed under purchase load (${kills} times), then sales go on within 15 s, none lost and none doubled`,
    async () => {
      set = await startReplicaSet();
      const uri = set.uri(`f_${newId().replaceAll('-', '')}`);
      ({ connection } = await connectMongo({ uri, appName: 'tests', logger: { warn: () => undefined } }));
      const running = (shop = await startShop(uri));
      const products = [
        await running.stocked(1_000_000),
        await running.stocked(1_000_000, { perCustomerLimit: 1_000_000 }),
      ];
      const productIds = products.map(({ id }) => id);
      const buyers = startBuyers({ shop: () => running, productIds, seed });
      const recoveries: number[] = [];
      try {
        for (let count = 0; count < kills; count++) {
          await buyers.sales(50);
          const killed = await set.killPrimary();
          const killedMs = performance.now();
          recoveries.push((await buyers.sales(1, { sinceMs: killedMs, deadlineMs: 90_000 })) - killedMs);
          await buyers.sales(50);
          await set.restart(killed);
        }
        await buyers.stop();
      } finally {
        buyers.abandon();
      }
      const { sales, unavailable, unresolved, lost, waitMsMax } = buyers.tally;
      report('primary killed', {
        firstSaleAfterMs: recoveries.map(Math.round),
        longestWaitMs: Math.round(waitMsMax),
        ...{ sales: sales.length, unavailable, unresolved },
      });
      await checkBooks(running, connection, productIds, buyers.tally);
      expect(lost).toBe(0);
      expectInTime(Math.max(...recoveries), 'a sale after the death of the primary').toBeLessThan(recoveryMsMax);
    },
    300_000 + kills * 240_000,
  );
});
