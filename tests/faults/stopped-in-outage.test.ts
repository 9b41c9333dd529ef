import { checkBooks, startBuyers } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo } from '../helpers/mongo.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { spawnShop, startShop } from '../helpers/shop.js';

const graceMs = 10_000;
/** What a loaded machine may need beside the grace to notice that a process is gone. */
const slackMs = 1_500;

describeMongo(`the service told to stop while MongoDB is away (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();

  it.each(['frozen', 'killed'] as const)(
    'when MongoDB is %s and buyers wait, then it ends within its grace, answers them, and nothing was sold twice',
    async (how) => {
      const database = freshName();
      const connection = await connect(database);
      const shop = await spawnShop(mongod().uri(database), { SHUTDOWN_GRACE_MS: String(graceMs) });
      const productIds = [(await shop.stocked(1_000_000)).id];
      // Everybody has a key, so that nobody is lost when the connection ends.
      let at: typeof shop | Awaited<ReturnType<typeof startShop>> = shop;
      const buyers = startBuyers({ shop: () => at, productIds, seed, keyed: 1 });
      await buyers.sales(50);
      if (how === 'frozen') mongod().freeze();
      else await mongod().kill();
      await buyers.quiet(200);
      const toldMs = performance.now();
      const { signal } = await shop.service.stop('SIGTERM');
      const tookMs = performance.now() - toldMs;
      const { unavailable } = buyers.tally;
      if (how === 'frozen') mongod().thaw();
      else await mongod().restart();
      const next = await startShop(mongod().uri(database));
      try {
        at = next;
        shop.client.close();
        await buyers.sales(30);
        const tally = await buyers.stop();
        report(`stopped while ${how}`, { tookMs: Math.round(tookMs), unavailable });
        await checkBooks(next, connection, productIds, tally);
        expect(signal).toBeNull();
        // A machine that gives it no time within its grace leaves it none to answer in.
        expectInTime(unavailable, 'answered before the end', 'buyers').toBeGreaterThan(0);
        expectInTime(tookMs, 'the end').toBeLessThan(graceMs + slackMs);
      } finally {
        buyers.abandon();
        await next.close();
      }
    },
    300_000,
  );
});
