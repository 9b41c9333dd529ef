import { newId } from '../../src/utils/uuid.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { patiently } from '../helpers/patiently.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { report } from '../helpers/report.js';
import { customers, startShop, type LocalShop } from '../helpers/shop.js';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.js';
import { waitFor } from '../helpers/wait-for.js';

const isLong = process.env['LONG'] === '1';
const rounds = isLong ? 15 : 3;
const each = isLong ? 60 : 15;
/** Of a short run on a busy machine no more can be asked than that nobody waits for Redis. */
const [ratioMax, slackMs] = isLong ? [1.2, 1] : [2, 15];

/** What Redis may cost one answer before the breaker opens. */
const addedMsMax = 150;

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const p99 = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length * 0.99)] ?? NaN;

describeMongo('purchases while Redis does not do its duty', () => {
  describeRedis('on a Redis of their own', () => {
    const database = freshDatabase();
    let redis: TestRedis;
    let proxy: TcpProxy;
    let shop: LocalShop;
    beforeEach(async () => {
      redis = await startRedis();
      proxy = await startTcpProxy(redis.port);
      shop = await startShop(database.uri, { env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } });
    });
    afterEach(async () => {
      await shop.close();
      await proxy.stop();
      await redis.stop();
    });

    const isUp = async () =>
      (await (await fetch(`${shop.url}/metrics`)).text()).includes('cache_breaker_state{state="up"} 1');

    it.each<[string, () => void, () => void]>([
      ['slow', () => proxy.delay(100), () => proxy.delay(0)],
      ['frozen', () => redis.freeze(), () => redis.thaw()],
      ['cut off', () => proxy.refuse(), () => proxy.heal()],
    ])(
      'when Redis is %s, then they take no longer',
      async (what, begin, end) => {
        const { id } = await shop.stocked(1_000_000);
        const people = customers(8);
        const buyAll = async (goesOn: (count: number) => boolean): Promise<number[]> => {
          const took: number[] = [];
          await Promise.all(
            people.map(async ({ token }) => {
              for (let count = 0; goesOn(count); count++) {
                const sentMs = performance.now();
                const key = newId();
                expect((await patiently(() => shop.client.buy(id, { token, key }))).status).toBe(201);
                took.push(performance.now() - sentMs);
              }
            }),
          );
          return took;
        };
        const round = async (): Promise<number> => p99(await buyAll((count) => count < each));
        /** Until the breaker is open, an answer waits for Redis for a moment: about 100 ms in all, which no p99 of a busy day shows. */
        const untilOpen = async (): Promise<number> => {
          let isOpen = false;
          const opened = waitFor(async () => !(await isUp()), { what: 'the open breaker' }).then(() => (isOpen = true));
          const took = await buyAll(() => !isOpen);
          await opened;
          return Math.max(...took);
        };
        await waitFor(isUp);
        await round();

        const [without, opening, during]: [number[], number[], number[]] = [[], [], []];
        for (let count = 0; count < rounds; count++) {
          without.push(await round());
          begin();
          opening.push(await untilOpen());
          during.push(await round());
          end();
          await waitFor(isUp, { what: 'the cache' });
        }

        const [before, after] = [median(without), median(during)];
        report(`purchases, Redis ${what}`, {
          ...{ p99WithoutMs: Number(before.toFixed(1)), p99DuringMs: Number(after.toFixed(1)) },
          longestOpeningMs: Math.round(median(opening)),
          ratio: Number((after / before).toFixed(2)),
        });
        expectInTime(after, `the p99 while Redis is ${what}`).toBeLessThan(before * ratioMax + slackMs);
        const longest = Math.max(...without) + addedMsMax + slackMs;
        expectInTime(median(opening), 'the longest answer until the breaker opens').toBeLessThan(longest);
      },
      360_000,
    );
  });
});
