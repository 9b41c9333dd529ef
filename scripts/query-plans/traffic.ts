import { setTimeout as sleep } from 'node:timers/promises';
import { partsOf, type RouteName } from '../../src/schemas/access.js';
import { newId } from '../../src/utils/uuid.js';

export interface TrafficOptions {
  /** Of a running service. */
  url: string;
  /** Access tokens of people with these roles. */
  tokens: Readonly<Record<'admin' | 'manager' | 'user', string>>;
  /** Products that are there. */
  productIds: readonly string[];
}

interface Call {
  token?: string;
  params?: Readonly<Record<string, string>>;
  query?: string;
  body?: object;
  headers?: Readonly<Record<string, string>>;
}

interface Answer {
  data?: { id?: string; status?: string; refreshToken?: string; accessToken?: string; user?: { id: string } };
  meta?: { nextCursor?: string | null };
}

const settleMs = 60_000;
const noCache = { 'cache-control': 'no-cache' };

/** Makes calls, and remembers of which routes. */
const createCaller = (url: string) => {
  const called = new Set<RouteName>();
  const call = async (
    route: RouteName,
    { token, params = {}, query = '', body, headers = {} }: Call = {},
  ): Promise<Answer> => {
    called.add(route);
    const { method, path } = partsOf(route);
    const target = path.replaceAll(/:(\w+)/g, (_whole, name: string) => params[name] ?? '');
    const response = await fetch(`${url}/api/v1${target}${query}`, {
      method: method.toUpperCase(),
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(settleMs),
    });
    const text = await response.text();
    if (response.status >= 500) throw new Error(`${route} answered ${String(response.status)}: ${text}`);
    return (response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : {}) as Answer;
  };
  return { call, called };
};

type Calling = ReturnType<typeof createCaller>['call'];

/** Every page of every list, and the next one. */
const readLists = async (call: Calling, { tokens, productIds }: TrafficOptions): Promise<void> => {
  const [productId = ''] = productIds;
  const pages = async (route: RouteName, queries: readonly string[], rest: Call = {}): Promise<void> => {
    for (const query of queries) {
      const first = await call(route, { ...rest, query: `?limit=5${query}` });
      const cursor = first.meta?.nextCursor;
      if (typeof cursor === 'string') await call(route, { ...rest, query: `?limit=5${query}&cursor=${cursor}` });
    }
  };
  const [admin, manager, user] = [{ token: tokens.admin }, { token: tokens.manager }, { token: tokens.user }];
  const filters = [
    '',
    '&tag=t3',
    '&minPrice=50&maxPrice=400',
    '&inStock=true',
    '&tag=t3&inStock=false',
    '&tag=t3&minPrice=50',
  ];
  const sorts = ['name', '-price', 'stock', '-stock', '-createdAt'];
  const lists = filters.flatMap((filter) => sorts.map((sort) => `${filter}&sort=${sort}`));
  const searches = filters.map((filter) => `&q=la${filter}`);
  await pages('GET /products', [...lists, ...searches, '&q=lamp%20re'], { headers: noCache });
  await pages('GET /products/top', [''], {});
  await pages('GET /purchases', [''], user);
  await pages('GET /purchases', [''], admin);
  await pages('GET /products/:id/movements', ['', '&type=sale', '&type=initial'], {
    ...manager,
    params: { id: productId },
  });
  await pages('GET /orders', ['', '&status=confirmed'], user);
  await pages('GET /orders', ['', '&status=confirmed'], admin);
  for (const who of [user, manager])
    await pages('GET /orders/product/:productId', [''], { ...who, params: { productId }, headers: noCache });
  await pages('GET /reports', ['', '&type=stock', `&productId=${productId}`], manager);
  await pages(
    'GET /jobs',
    [
      '',
      '&queue=report-queue',
      '&status=failed',
      '&status=waiting',
      '&status=delayed',
      '&queue=mail-queue&status=completed',
    ],
    admin,
  );
  await pages('GET /users', ['', '&q=la', '&role=user', '&disabled=true', '&role=user&disabled=false&q=la'], admin);
  await pages('GET /audit-log', ['', '&action=user.changed', `&actorId=${newId()}`], admin);
};

/** Buying, setting aside and changing stock. */
const moveStock = async (call: Calling, { tokens }: TrafficOptions): Promise<string> => {
  const [manager, user] = [{ token: tokens.manager }, { token: tokens.user }];
  const make = async (more: object) =>
    (
      await call('POST /products', {
        ...manager,
        body: { name: 'Plan', price: 5, stock: 50, sku: `P-${newId()}`, ...more },
      })
    ).data?.id ?? '';
  const [id, limited] = [await make({}), await make({ perCustomerLimit: 20 })];
  const one = { params: { id } };
  for (const productId of [id, limited]) {
    const [params, headers] = [{ id: productId }, { 'idempotency-key': newId() }];
    const bought = await call('POST /products/:id/purchase', { ...user, params, headers, body: { quantity: 2 } });
    await call('POST /products/:id/purchase', { ...user, params, headers, body: { quantity: 2 } });
    await call('GET /purchases/:id', { ...user, params: { id: bought.data?.id ?? '' } });
  }
  // Whose units came before there was a limit are counted from the ledger.
  await call('PATCH /products/:id', {
    ...manager,
    ...one,
    body: { perCustomerLimit: 30, name: 'Plan B', sku: `Q-${newId()}` },
  });
  await call('POST /products/:id/purchase', { ...user, ...one, body: {} });
  await call('POST /products/:id/stock', { ...manager, ...one, body: { delta: 5, reason: 'found' } });
  await call('POST /stock/batch', { ...manager, body: { changes: [{ productId: id, delta: 1, reason: 'found' }] } });
  const holds = await Promise.all(
    [600, 600, 1].map((ttlSeconds) =>
      call('POST /products/:id/reservations', { ...user, ...one, body: { quantity: 1, ttlSeconds } }),
    ),
  );
  const [kept = '', ended = ''] = holds.map(({ data }) => data?.id ?? '');
  await call('GET /reservations/:id', { ...user, params: { id: kept } });
  await call('PATCH /reservations/:id', { ...user, params: { id: kept }, body: { ttlSeconds: 700 } });
  await call('POST /reservations/:id/confirm', { ...user, params: { id: kept } });
  await call('DELETE /reservations/:id', { ...user, params: { id: ended } });
  await call('GET /products/:id', { ...one, headers: noCache });
  await call('GET /products/:id', { ...one, query: '?include=createdBy' });
  await call('GET /products/:id/audit', { ...manager, ...one });
  await call('DELETE /products/:id', { token: tokens.admin, params: { id: limited } });
  return id;
};

const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + settleMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about`);
    await sleep(50);
  }
};

const orderAndReport = async (call: Calling, { tokens }: TrafficOptions, productId: string): Promise<void> => {
  const [manager, user] = [{ token: tokens.manager }, { token: tokens.user }];
  const [taken, refused] = await Promise.all(
    [1, 900].map(async (quantity) => {
      const headers = { 'idempotency-key': newId() };
      const made = await call('POST /orders', { ...user, headers, body: { productId, quantity } });
      return { params: { id: made.data?.id ?? '' } };
    }),
  );
  for (const order of [taken, refused]) {
    await until(
      'the end of an order',
      async () => (await call('GET /orders/:id', { ...user, ...order })).data?.status !== 'pending',
    );
  }
  await call('POST /orders/:id/cancel', { ...user, ...taken, headers: { 'idempotency-key': newId() } });
  const from = new Date(Date.now() - 3_600_000).toISOString();
  for (const body of [{ type: 'stock' }, { type: 'sales', from }, { type: 'product', productId, from }]) {
    const made = await call('POST /reports', { ...manager, body });
    const one = { params: { id: made.data?.id ?? '' } };
    await until(
      'the end of a report',
      async () => (await call('GET /reports/:id', { ...manager, ...one })).data?.status === 'done',
    );
    await call('GET /reports/:id/file', { ...manager, ...one });
  }
  await call('POST /jobs/:id/retry', { token: tokens.admin, params: { id: newId() } });
};

const signIn = async (call: Calling, { tokens }: TrafficOptions): Promise<void> => {
  const [email, password] = [`${newId()}@example.com`, `a password, ${newId()}`];
  await call('POST /auth/register', { body: { email, password, name: 'Lara' } });
  const { data = {} } = await call('POST /auth/login', { body: { email, password } });
  await call('GET /auth/me', { token: data.accessToken ?? '' });
  const again = await call('POST /auth/refresh', { body: { refreshToken: data.refreshToken ?? '' } });
  await call('POST /auth/logout', {
    token: again.data?.accessToken ?? '',
    body: { refreshToken: again.data?.refreshToken ?? '' },
  });
  const one = { token: tokens.admin, params: { id: data.user?.id ?? '' } };
  await call('GET /users/:id', one);
  await call('PATCH /users/:id', { ...one, body: { role: 'manager' } });
  await call('PATCH /users/:id', { ...one, body: { disabled: true } });
};

/** Opens the event stream where it was left, as a page does that comes back, and leaves. */
const listen = async (url: string, called: Set<RouteName>): Promise<void> => {
  called.add('GET /events');
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/events`, { signal: leaving.signal });
  if (response.status !== 200) throw new Error(`GET /events answered ${String(response.status)}`);
  leaving.abort();
};

/**
 * Makes every kind of call that the service takes.
 * @returns the routes that were called
 */
export const makeTraffic = async (options: TrafficOptions): Promise<ReadonlySet<RouteName>> => {
  const { call, called } = createCaller(options.url);
  await signIn(call, options);
  const productId = await moveStock(call, options);
  await orderAndReport(call, options, productId);
  await readLists(call, options);
  await listen(options.url, called);
  await call('GET /figures', { token: options.tokens.manager });
  await call('POST /drops', { token: options.tokens.user, body: { buyers: 5, units: 3, seconds: 0 } });
  await fetch(`${options.url}/metrics`);
  await fetch(`${options.url}/readyz`);
  return called;
};
