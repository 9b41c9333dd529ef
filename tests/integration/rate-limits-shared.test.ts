import { connectRedis } from '../../src/config/redis.js';
import { unaskedOf } from '../../src/services/rate-limit/caller-window.js';
import { newId } from '../../src/utils/uuid.js';
import { refusal } from '../helpers/answers.js';
import { waitInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const limit = 120;
const failuresMax = 5;
const silent = { warn: () => undefined, info: () => undefined };

/** What the service says at `/metrics` of one line, such as `rate_limit_insured_total`. */
const metric = async (shop: LocalShop, line: string): Promise<number> => {
  const text = await (await fetch(`${shop.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.split(' ')[1],
  );
};

/** Reads of one user until one is refused, some at a time. @returns how many were accepted */
const useUp = async (shop: LocalShop, token: string, most: number): Promise<number> => {
  let accepted = 0;
  while (accepted < most) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => shop.client.purchases({ token })));
    const fine = answers.filter(({ status }) => status === 200).length;
    accepted += fine;
    if (fine < answers.length) return accepted;
  }
  return accepted;
};

describeMongo('rate limits of several processes', () => {
  describeRedis('on one Redis', () => {
    const database = freshDatabase();
    let redis: TestRedis;
    let shops: readonly [LocalShop, LocalShop];
    beforeAll(async () => {
      redis = await startRedis();
      const env = {
        REDIS_URL: redis.url,
        RATE_LIMIT_PER_MINUTE: String(limit),
        LOGIN_LIMIT_PER_MINUTE: String(failuresMax),
      };
      shops = [await startShop(database.uri, { env }), await startShop(database.uri, { env })];
      for (const shop of shops) await shared(shop);
    });
    afterAll(async () => {
      for (const shop of shops) await shop.close();
      await redis.stop();
    });

    /** Waits until a process shares its counts: until a user's requests come to a question that is answered. */
    const shared = (shop: LocalShop) =>
      waitFor(
        async () => {
          const line = 'rate_limit_settlements_total{outcome="answered"}';
          const before = await metric(shop, line);
          const { token } = person();
          for (let i = 0; i < unaskedOf(limit) + 1; i++) await shop.client.purchases({ token });
          return (await metric(shop, line)) > before;
        },
        { what: 'a process that shares its counts' },
      );
    const insured = async (): Promise<number> => {
      const counts = await Promise.all(shops.map((shop) => metric(shop, 'rate_limit_insured_total')));
      return counts.reduce((sum, count) => sum + count, 0);
    };

    it('when a user goes to both until both refuse, then the sum keeps to the limit and what each spends unasked', async () => {
      const run = async (): Promise<boolean> => {
        const { token } = person();
        const before = await insured();
        let accepted = 0;
        for (let turn = 0; turn < 10; turn++) accepted += await useUp(shops[turn % 2 ? 1 : 0], token, 10);
        for (const shop of shops) accepted += await useUp(shop, token, 2 * limit);
        const alone = (await insured()) - before;
        expect(accepted).toBeGreaterThanOrEqual(limit);
        expect(accepted).toBeLessThanOrEqual(limit + shops.length * unaskedOf(limit) + alone);
        return accepted < 1.5 * limit;
      };
      // On a machine that is too busy to ask Redis in time, processes decide alone; at some time it is not. Unshared they accept twice the limit.
      await waitInTime(run, 'a run in which Redis answered in time');
    });

    it('when sign-ins fail at one process, then the account is shut at the other', async () => {
      const run = async (): Promise<boolean> => {
        const body = { email: `${newId()}@x.test`, password: 'wrong' };
        const login = (shop: LocalShop) => shop.client.api('POST', '/auth/login', { body });
        for (let i = 0; i < failuresMax; i++) {
          expect(refusal(await login(shops[0]))).toEqual([401, 'INVALID_CREDENTIALS']);
        }
        const [status] = refusal(await login(shops[1]));
        expect([401, 429]).toContain(status);
        return status === 429;
      };
      await waitInTime(run, 'a run in which Redis answered in time');
    });

    it('when Redis holds counts, then nothing personal but the address is to be read there, and every key ends', async () => {
      const email = `${newId()}@x.test`;
      const client = connectRedis({ url: redis.url, name: 'tests', logger: silent });
      const command = (...args: string[]) => client.client.sendCommand(args);
      try {
        const keys = await waitFor(async () => {
          await shops[0].client.api('POST', '/auth/login', { body: { email, password: 'wrong' } });
          const found = (await command('KEYS', '*:limits:*')) as unknown as string[];
          return found.some((key) => key.includes(':account:')) ? found : undefined;
        });
        for (const key of keys) {
          expect(key).not.toContain('@');
          const msLeft = Number(await command('PTTL', key));
          // -2: it has ended since.
          expect(msLeft === -2 || (msLeft >= 0 && msLeft <= 60_000)).toBe(true);
        }
      } finally {
        client.close();
      }
    });

    it('when Redis freezes, then nobody hangs and the limit holds; when it is back, counts are shared again', async () => {
      const { token } = person();
      redis.freeze();
      try {
        expect(await useUp(shops[0], token, 2 * limit)).toBe(limit);
        expect(await useUp(shops[1], person().token, 2 * limit)).toBe(limit);
      } finally {
        redis.thaw();
      }
      for (const shop of shops) await shared(shop);
    });

    it('when Redis is gone, then each process keeps to the limit by itself; when it is back, they share again', async () => {
      const { token } = person();
      await redis.kill();
      try {
        for (const shop of shops) expect(await useUp(shop, token, 2 * limit)).toBe(limit);
      } finally {
        await redis.restart();
      }
      for (const shop of shops) await shared(shop);
    });
  });
});
