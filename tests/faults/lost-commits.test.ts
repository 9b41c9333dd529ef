import type { Connection } from 'mongoose';
import { checkBooks, startBuyers, type Buyers, type BuyersOptions } from '../helpers/buyers.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { expectInTime } from '../helpers/in-time.js';
import { startMessageProxy, type MessageProxy, type Verdict } from '../helpers/message-proxy.js';
import { describeMongo } from '../helpers/mongo.js';
import { report } from '../helpers/report.js';
import { seed } from '../helpers/seed.js';
import { startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const isLong = process.env['LONG'] === '1';

describeMongo(`commits that get lost between service and database (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();
  /** What the next commits meet; once empty, they pass. */
  let fates: Verdict[] = [];
  let commits = 0;
  let met = 0;
  let finds = 0;
  let aborts: Verdict = 'pass';
  let proxy: MessageProxy;
  let connection: Connection;
  let shop: LocalShop;
  let productIds: string[];
  let buyers: Buyers | undefined;

  const startBuying = (options: Partial<BuyersOptions> = {}): Buyers => {
    buyers = startBuyers({ shop: () => shop, productIds, seed, ...options });
    return buyers;
  };

  const judge = (command: string): Verdict => {
    if (command === 'abortTransaction') return aborts;
    if (command === 'find') finds++;
    if (command !== 'commitTransaction') return 'pass';
    commits++;
    const fate = fates.shift();
    if (fate !== undefined) met++;
    return fate ?? 'pass';
  };

  beforeEach(async () => {
    [fates, commits, met, finds, aborts] = [[], 0, 0, 0, 'pass'];
    const database = freshName();
    connection = await connect(database);
    proxy = await startMessageProxy(mongod().port, judge);
    shop = await startShop(proxy.uri(database));
    productIds = [(await shop.stocked(1_000_000)).id, (await shop.stocked(1_000_000, { perCustomerLimit: 1e6 })).id];
  });

  afterEach(async () => {
    fates = [];
    aborts = 'pass';
    proxy.release();
    await lifetimeOf(3);
    buyers?.abandon();
    await shop.close();
    await proxy.stop();
  });

  const times = (count: number, verdict: Verdict): Verdict[] => Array.from({ length: count }, () => verdict);

  const lifetimeOf = (seconds: number) =>
    connection.getClient().db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: seconds });

  const openTransactions = async (): Promise<number> => {
    const status = await connection.getClient().db('admin').command({ serverStatus: 1 });
    return (status['transactions'] as { currentOpen: number }).currentOpen;
  };

  const tries = isLong ? [1, 2, 5] : [1, 5];
  it.each((['lose', 'lose-reply', 'late'] as const).flatMap((verdict) => tries.map((count) => ({ verdict, count }))))(
    'when the fate of $count commits is "$verdict", then buyers get their purchases all the same',
    async ({ verdict, count }) => {
      const buyers = startBuying();
      await buyers.sales(30);
      fates = times(count, verdict);
      await waitFor(() => met === count, { what: 'the commits in question' });
      proxy.release();
      await buyers.sales(30);
      const tally = await buyers.stop();
      report(`${verdict} x ${count}`, { longestWaitMs: Math.round(tally.waitMsMax), sales: tally.sales.length });
      await checkBooks(shop, connection, productIds, tally);
      expectInTime(tally.unavailable, 'turned away by 503', 'answers').toBeLessThan(1);
    },
    240_000,
  );

  it('when a batch is committed and the reply is lost, then each buyer gets the very line that is in the ledger', async () => {
    fates = times(2, 'lose-reply');
    const [productId = ''] = productIds;
    const buyers = startBuying({ productIds: [productId], keyed: 0, count: 8 });
    await waitFor(() => met === 2);
    const tally = await buyers.stop();
    await checkBooks(shop, connection, [productId], tally);
    expectInTime(tally.unresolved, 'answered before the outcome was known', 'answers').toBeLessThan(1);
  }, 240_000);

  it('when a commit comes after the lifetime of its transaction, then the batch is decided again and sold once', async () => {
    const buyers = startBuying();
    await buyers.sales(30);
    fates = ['hold'];
    await waitFor(() => met === 1);
    await waitFor(async () => (await openTransactions()) === 0, { what: 'the end of the transaction' });
    const releasedMs = performance.now();
    proxy.release();
    const soldMs = await buyers.sales(1, { sinceMs: releasedMs });
    await buyers.sales(30);
    const tally = await buyers.stop();
    const { unavailable, unresolved } = tally;
    report('commit after the lifetime', {
      firstSaleAfterMs: Math.round(soldMs - releasedMs),
      longestWaitMs: Math.round(tally.waitMsMax),
      ...{ unavailable, unresolved },
    });
    await checkBooks(shop, connection, productIds, tally);
    expectInTime(tally.waitMsMax, 'the longest wait').toBeLessThan(6_500);
  }, 240_000);

  it.each(isLong ? (['lose', 'lose-reply', 'late'] as const) : (['lose-reply', 'late'] as const))(
    'when the fate of every commit is "%s" until the buyers have been sent away, then their keys resolve it',
    async (verdict) => {
      // A server that is not ours may let a transaction live for a minute; waiting for that is no way out.
      await lifetimeOf(60);
      const buyers = startBuying();
      await buyers.sales(30);
      fates = times(10_000, verdict);
      await waitFor(() => buyers.tally.unresolved > 0, { what: 'a 503 with a key' });
      // The lane has let go of the batch once it reads for the next one.
      const before = finds;
      await waitFor(() => finds > before, { what: 'the next batch' });
      fates = [];
      const healedMs = performance.now();
      if (verdict === 'late') proxy.release();
      const soldMs = await buyers.sales(1, { sinceMs: healedMs });
      await buyers.sales(30);
      const tally = await buyers.stop();
      const { unavailable, unresolved, refused } = tally;
      report(`all ${verdict}`, {
        firstSaleAfterMs: Math.round(soldMs - healedMs),
        longestWaitMs: Math.round(tally.waitMsMax),
        ...{ commits, unavailable, unresolved, refused },
      });
      await checkBooks(shop, connection, productIds, tally);
      expectInTime(tally.waitMsMax, 'the longest wait').toBeLessThan(6_500);
      expectInTime(soldMs - healedMs, 'the first sale afterwards').toBeLessThan(5_000);
    },
    240_000,
  );
});
