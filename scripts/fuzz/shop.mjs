/** A small shop to fuzz in: somebody of each role, and something of everything that has an id. */

import { setTimeout as sleep } from 'node:timers/promises';

/** Only what hangs is ended. */
const callMs = 120_000;
const saleMs = 300;
/** Of which those but the last may be answered 503: the service has more to do than it can. */
const triesMax = 10;
const pauseMs = 500;
/** So many sales may fail in a row, each after a pause. */
const failuresMax = 50;

const send = async (url, method, path, { token, body }) => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(callMs),
  });
  return { status: response.status, text: await response.text() };
};

/** @throws when the answer is no success */
const call = async (url, method, path, { status, ...rest } = {}) => {
  for (let tries = 1; ; tries++) {
    const { status: answered, text } = await send(url, method, path, rest);
    if (answered === status) return text === '' ? undefined : JSON.parse(text).data;
    if (answered !== 503 || tries === triesMax) throw new Error(`${method} ${path} answered ${answered}: ${text}`);
    await sleep(pauseMs * tries);
  }
};

/** @returns {Promise<string>} an access token */
export const signIn = async (url, { email, password }) =>
  (await call(url, 'POST', '/auth/login', { body: { email, password }, status: 200 })).accessToken;

const makeAccount = async (url, account, adminToken, role) => {
  const { id } = await call(url, 'POST', '/auth/register', { body: account, status: 201 });
  if (role !== 'user') await call(url, 'PATCH', `/users/${id}`, { token: adminToken, body: { role }, status: 200 });
  return id;
};

const products = [
  { name: 'Concert ticket', price: 4_900, stock: 1_000_000 },
  { name: 'Poster', price: 1_500, stock: 1_000, perCustomerLimit: 50, currency: 'EUR', tags: ['print'] },
  { name: 'Sold out', price: 900, stock: 0 },
  { name: 'Not on sale yet', price: 700, stock: 10, saleStartsAt: '2090-01-01T00:00:00Z' },
];

/**
 * Fills the shop.
 * @returns the ids that calls may be tried with, by what they are of, and how many operations the document has
 */
export const fillShop = async (url, { admin, manager, user }) => {
  const token = await signIn(url, admin);
  await makeAccount(url, user, token, 'user');
  await makeAccount(url, manager, token, 'manager');
  // Some that may be switched off without harm to the others.
  const accounts = [];
  for (const name of ['Bob', 'Cleo']) {
    accounts.push(
      await makeAccount(url, { email: `${name}@shop.example`, password: user.password, name }, token, 'user'),
    );
  }
  const buyer = await signIn(url, user);
  const ids = { products: [], purchases: [], reservations: [], orders: [], reports: [], accounts };
  for (const body of products)
    ids.products.push((await call(url, 'POST', '/products', { token, body, status: 201 })).id);
  const [ticket, poster] = ids.products;
  for (let i = 0; i < 5; i++) {
    const quantity = { token: buyer, body: { quantity: i + 1 }, status: 201 };
    ids.purchases.push((await call(url, 'POST', `/products/${ticket}/purchase`, quantity)).id);
    ids.reservations.push((await call(url, 'POST', `/products/${poster}/reservations`, quantity)).id);
    const order = { token: buyer, body: { productId: ticket, quantity: 1 }, status: 201 };
    ids.orders.push((await call(url, 'POST', '/orders', order)).id);
  }
  for (const type of ['stock', 'sales']) {
    ids.reports.push((await call(url, 'POST', '/reports', { token, body: { type }, status: 202 })).id);
  }
  const { paths } = await (await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(callMs) })).json();
  return { ids, operations: Object.values(paths).flatMap(Object.keys).length };
};

/**
 * How often each call has been answered with a success so far, by the service's own figures.
 * @returns {Promise<Map<string, number>>}
 */
export const succeeded = async (url) => {
  const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(callMs) })).text();
  const counts = new Map();
  for (const [, labels, count] of text.matchAll(/^http_request_duration_seconds_count[{](.*)[}] (\d+)$/gm)) {
    const { method, route, status } = Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    const call = `${method} ${route}`;
    if (status.startsWith('2')) counts.set(call, (counts.get(call) ?? 0) + Number(count));
  }
  return counts;
};

const newShelf = async (url, admin) => {
  const token = await signIn(url, admin);
  const body = { name: 'Always moving', price: 1, stock: 1 };
  const { id } = await call(url, 'POST', '/products', { token, body, status: 201 });
  return { id, token };
};

/** @returns {Promise<boolean>} whether there is something to move still */
const move = async (url, { id, token }) => {
  const body = { delta: 1, reason: 'something happens' };
  const done = call(url, 'POST', `/products/${id}/stock`, { token, body, status: 200 });
  return done.then(
    () => true,
    () => false,
  );
};

/** Moves some stock again and again, so that whoever follows the stream of stock changes sees something. */
export const keepSelling = (url, admin) => {
  const stopping = new AbortController();
  const sell = async () => {
    let shelf;
    for (let failures = 0; ;) {
      await sleep(saleMs, undefined, { signal: stopping.signal });
      try {
        // The product is taken off the catalogue now and then, and the session may be ended.
        if (!(shelf && (await move(url, shelf)))) shelf = await newShelf(url, admin);
        failures = 0;
      } catch (error) {
        shelf = undefined;
        if (++failures === failuresMax) throw error;
      }
    }
  };
  const done = sell().catch((error) => {
    if (!stopping.signal.aborted) console.log(`nothing moves any more: ${error.message}`);
  });
  return {
    stop: () => {
      stopping.abort();
      return done;
    },
  };
};
