import { newId } from '../../src/utils/uuid.js';
import { refusal } from '../helpers/answers.js';
import type { Answer, Call } from '../helpers/api-client.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';

const limit = 20;
const uncachedLimit = 5;
const failuresMax = 3;

const times = async <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  for (let i = 0; i < count; i++) all.push(await run(i));
  return all;
};
const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);
const countOf = (answers: readonly Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

let addresses = 0;
/** An address that nobody else has; a proxy in front of the service says so. */
const newAddress = (): string => `10.0.${addresses >> 8}.${addresses++ & 255}`;
const from = (address: string): Call => ({ headers: { 'x-forwarded-for': address } });

const isRefused = (answer: Answer | undefined, policy: string, quota: number): void => {
  if (answer === undefined) throw new Error('there is no answer');
  expect(refusal(answer)).toEqual([429, 'RATE_LIMITED']);
  expect(Object.keys(answer.error)).toEqual(['code', 'requestId']);
  expect(answer.headers['x-request-id']).toBe(answer.error.requestId);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['ratelimit-policy']).toBe(`"${policy}";q=${quota};w=60`);
  const seconds = Number(answer.headers['retry-after']);
  expect(Number.isInteger(seconds)).toBe(true);
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(answer.headers['ratelimit']).toBe(`"${policy}";r=0;t=${seconds}`);
};

describeMongo('rate limits behind a proxy', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  beforeAll(async () => {
    shop = await startShop(database.uri, {
      env: {
        RATE_LIMIT_PER_MINUTE: String(limit),
        LOGIN_LIMIT_PER_MINUTE: String(failuresMax),
        TRUST_PROXY_HOPS: '1',
      },
    });
  });
  afterAll(() => shop.close());

  const api = (method: string, path: string, call: Call) => shop.client.api(method, path, call);
  const metric = async (line: string): Promise<number> => {
    const { body } = await fetchText(`${shop.url}/metrics`);
    return Number(
      body
        .split('\n')
        .find((each) => each.startsWith(`${line} `))
        ?.split(' ')[1],
    );
  };
  const fetchText = async (url: string) => {
    const response = await fetch(url);
    return { body: await response.text(), headers: response.headers };
  };

  describe('of a user', () => {
    it('when a user buys more often than the limit, then the rest is refused before anything is sold', async () => {
      const product = await shop.stocked(100);
      const buyer = person();
      const refusedBefore = await metric('rate_limited_total{policy="purchase"}');

      const answers = await times(limit + 3, () => shop.client.buy(product.id, { token: buyer.token }));

      expect(statuses(answers)).toEqual([...Array<number>(limit).fill(201), 429, 429, 429]);
      for (const answer of answers.slice(limit)) isRefused(answer, 'purchase', limit);
      answers.slice(0, limit).forEach(({ headers }, index) => {
        expect(headers['ratelimit-policy']).toBe(`"purchase";q=${limit};w=60`);
        expect(headers['ratelimit']).toMatch(new RegExp(`^"purchase";r=${limit - 1 - index};t=\\d+$`));
        expect(headers['retry-after']).toBeUndefined();
      });
      expect((await shop.client.product(product.id)).data).toMatchObject({ stock: 80, sold: 20 });
      expect(await metric('rate_limited_total{policy="purchase"}')).toBe(refusedBefore + 3);
    });

    it('when one kind of request is used up, then the others are not, nor are those of other users', async () => {
      const product = await shop.stocked(1);
      const [buyer, other] = [person(), person()];
      await times(limit, () => shop.client.buy(product.id, { token: buyer.token }));

      const call = { token: buyer.token };
      expect(refusal(await shop.client.reserve(product.id, { ...call, body: { quantity: 1 } }))).toEqual([
        429,
        'RATE_LIMITED',
      ]);
      expect((await shop.client.purchases(call)).status).toBe(200);
      expect(refusal(await api('POST', '/products', { ...call, body: {} }))).toEqual([403, 'FORBIDDEN']);
      expect(refusal(await shop.client.buy(product.id, { token: other.token }))).toEqual([409, 'INSUFFICIENT_STOCK']);
    });

    it('when answers are refusals of another kind, then they count and say what is left', async () => {
      const buyer = person();
      const answers = [
        await shop.client.buy('no-id', { token: buyer.token }),
        await shop.client.buy(newId(), { token: buyer.token }),
        await shop.client.buy(newId(), { token: buyer.token, body: { quantity: 0 } }),
      ];
      expect(statuses(answers)).toEqual([400, 404, 400]);
      expect(answers.map(({ headers }) => String(headers['ratelimit']).split(';')[1])).toEqual([
        'r=19',
        'r=18',
        'r=17',
      ]);
    });
  });

  describe('of an address', () => {
    it('when one that has not signed in is refused, then others are not, whatever it writes in front of its address', async () => {
      const address = newAddress();
      const answers = await times(limit + 1, () => api('GET', '/products', from(address)));

      expect(statuses(answers)).toEqual([...Array<number>(limit).fill(200), 429]);
      for (let i = 0; i < 5; i++) {
        const invented = `${newAddress()}, 192.0.2.${i}, ${address}`;
        isRefused(await api('GET', '/products', from(invented)), 'read', limit);
      }
      expect((await api('GET', '/products', from(newAddress()))).status).toBe(200);
    });

    it('when addresses are of one IPv6 network, then they count as one', async () => {
      const answers = await times(limit + 1, (i) => api('GET', '/products', from(`2001:db8:7:7::${i.toString(16)}`)));
      expect(countOf(answers, 429)).toBe(1);
      expect((await api('GET', '/products', from('2001:db8:7:8::1'))).status).toBe(200);
    });

    it('when tokens are missing or bad, then they count by address, and good ones do not', async () => {
      const address = newAddress();
      const product = await shop.stocked(1);
      const bad = await times(limit + 2, (i) =>
        shop.client.buy(product.id, { ...from(address), ...(i % 2 ? { token: `bad.${i}` } : {}) }),
      );

      expect(statuses(bad)).toEqual([...Array<number>(limit).fill(401), 429, 429]);
      expect((await shop.client.buy(product.id, { ...from(address), token: person().token })).status).toBe(201);
    });

    it('when a token is good, then a catalogue read counts for its user', async () => {
      const address = newAddress();
      const product = await shop.stocked(1);
      const read = (call: Call) => api('GET', `/products/${product.id}`, call);
      const { token } = person();
      await times(limit, () => read({ ...from(address), token }));
      expect((await read({ ...from(newAddress()), token })).status).toBe(429);
      expect((await read(from(address))).status).toBe(200);
    });
  });

  describe('of reads past the cache', () => {
    it('when a caller asks for the database again and again, then that ends sooner, and cached reads go on', async () => {
      const { id } = await shop.stocked(1);
      const { token } = person();
      const past = [
        '/products?inStock=true',
        '/products?sort=-stock',
        '/products?in%53tock=true',
        '/products?sort=stock',
      ];
      const headers = { 'cache-control': 'no-cache' };

      const address = newAddress();
      const byQuery = await times(uncachedLimit + 1, (i) => api('GET', past[i % 4] ?? '', from(address)));
      const byHeader = await times(uncachedLimit + 1, () => api('GET', `/products/${id}`, { token, headers }));

      for (const answers of [byQuery, byHeader]) {
        expect(statuses(answers)).toEqual([...Array<number>(uncachedLimit).fill(200), 429]);
        isRefused(answers[uncachedLimit], 'uncached', uncachedLimit);
      }
      const cached = await api('GET', `/products/${id}`, { token });
      expect([cached.status, cached.headers['ratelimit-policy']]).toEqual([200, `"read";q=${limit};w=60`]);
      const top = await api('GET', '/products/top', {
        ...from(address),
        headers: { ...headers, ...from(address).headers },
      });
      isRefused(top, 'uncached', uncachedLimit);
    });
  });

  describe('of what has none', () => {
    it('when operators ask, then nothing is counted', async () => {
      for (let i = 0; i < limit + 5; i++) {
        for (const path of ['/healthz', '/readyz', '/metrics']) {
          const { headers } = await fetchText(`${shop.url}${path}`);
          expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
        }
      }
    });
  });

  describe('of sign-in', () => {
    const password = 'a good password';
    const account = async (): Promise<string> => {
      const email = `${newId()}@x.test`;
      const body = { email, password, name: 'Ada' };
      expect((await api('POST', '/auth/register', { ...from(newAddress()), body })).status).toBe(201);
      return email;
    };
    const login = (email: string, given: string, address = newAddress()) =>
      api('POST', '/auth/login', { ...from(address), body: { email, password: given } });

    it('when as many guesses as may have failed, then the next is refused from anywhere, the right one too', async () => {
      const email = await account();
      const guesses = await times(failuresMax, (i) => login(email, `wrong ${i}`));

      expect(guesses.map(refusal)).toEqual(guesses.map(() => [401, 'INVALID_CREDENTIALS']));
      expect(guesses[0]?.headers['ratelimit-policy']).toBe(`"login";q=${limit};w=60`);
      isRefused(await login(email, 'wrong again'), 'account', failuresMax);
      isRefused(await login(email, password), 'account', failuresMax);
      isRefused(await login(email.toUpperCase(), password), 'account', failuresMax);
      expect((await login(await account(), password)).status).toBe(200);
    });

    it('when there is no such account, then nothing tells', async () => {
      const email = `${newId()}@x.test`;
      const guesses = await times(failuresMax, () => login(email, 'wrong'));
      expect(guesses.map(refusal)).toEqual(guesses.map(() => [401, 'INVALID_CREDENTIALS']));
      isRefused(await login(email, 'wrong'), 'account', failuresMax);
    });

    it('when many guesses come at once, then no more than the limit are looked at', async () => {
      const email = await account();
      const guesses = await Promise.all(Array.from({ length: 30 }, (_, i) => login(email, `wrong ${i}`)));
      expect([countOf(guesses, 401), countOf(guesses, 429)]).toEqual([failuresMax, 30 - failuresMax]);
    });

    it('when sign-ins succeed, then they may go on', async () => {
      const email = await account();
      await times(failuresMax - 1, () => login(email, 'wrong'));
      expect(statuses(await times(failuresMax + 2, () => login(email, password)))).toEqual(
        Array<number>(failuresMax + 2).fill(200),
      );
      expect(statuses([await login(email, 'wrong'), await login(email, 'wrong')])).toEqual([401, 429]);
    });

    it('when an address makes or renews sessions too often, then it is refused, whoever it is for', async () => {
      const address = newAddress();
      const register = () => api('POST', '/auth/register', { ...from(address), body: { email: 'nobody' } });
      expect(countOf(await times(limit, register), 400)).toBe(limit);
      isRefused(await register(), 'login', limit);
      isRefused(await login(await account(), password, address), 'login', limit);
    });
  });
});

describeMongo('rate limits without a proxy', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  beforeAll(async () => {
    shop = await startShop(database.uri, { env: { RATE_LIMIT_PER_MINUTE: '8', LOGIN_LIMIT_PER_MINUTE: '1' } });
  });
  afterAll(() => shop.close());

  it('when a caller invents addresses, then that does not help', async () => {
    const answers = await times(10, (i) => shop.client.api('GET', '/products', from(`198.51.100.${i}`)));
    expect(statuses(answers)).toEqual([...Array<number>(8).fill(200), 429, 429]);
  });

  it('when sign-ins for many accounts fail, then invented addresses do not help either', async () => {
    const answers = await times(10, (i) =>
      shop.client.api('POST', '/auth/login', {
        ...from(`198.51.100.${i}`),
        body: { email: `u${i}@x.test`, password: 'x' },
      }),
    );
    expect(statuses(answers)).toEqual([...Array<number>(8).fill(401), 429, 429]);
  });
});

describeMongo('without rate limits', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  beforeAll(async () => {
    shop = await startShop(database.uri, { env: { RATE_LIMIT_PER_MINUTE: '0', LOGIN_LIMIT_PER_MINUTE: '1' } });
  });
  afterAll(() => shop.close());

  it('when nothing is counted, then nothing is said of it', async () => {
    const { headers } = await shop.client.api('GET', '/products');
    expect([headers['ratelimit'], headers['ratelimit-policy']]).toEqual([undefined, undefined]);
  });

  it('when sign-ins fail for many accounts of one address, then it is shut out after ten times the limit', async () => {
    const login = (i: number) =>
      shop.client.api('POST', '/auth/login', { body: { email: `u${i}@x.test`, password: 'x' } });
    const answers = await times(11, login);
    expect(statuses(answers)).toEqual([...Array<number>(10).fill(401), 429]);
    isRefused(answers[10], 'address', 10);
  });
});
