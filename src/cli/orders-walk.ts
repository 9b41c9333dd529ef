import { setTimeout as sleep } from 'node:timers/promises';

export interface WalkOptions {
  /** Where products and people are, and where orders are; the same in one process. */
  products: string;
  orders: string;
  admin: { email: string; password: string };
  print: (line: string) => void;
}

interface Sent {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

interface Answer {
  status: number;
  cache: string;
  data: Record<string, unknown>;
}

const answerMsMax = 30_000;
const waitMsMax = 60_000;
const lookEveryMs = 50;
const units = 2;
const stockAtFirst = 10;

/** Who is told 503 comes again after `Retry-After`, under the key that the answer names, until the time is up. */
const send = async (url: string, options: Sent): Promise<Response> => {
  const deadline = Date.now() + waitMsMax;
  let { headers } = options;
  for (;;) {
    const response = await fetch(url, { ...options, headers, signal: AbortSignal.timeout(answerMsMax) });
    if (response.status !== 503 || Date.now() > deadline) return response;
    await response.arrayBuffer();
    const key = response.headers.get('idempotency-key');
    if (key !== null) headers = { ...headers, 'idempotency-key': key };
    await sleep(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
};

const call = async (url: string, method: string, token?: string, body?: object): Promise<Answer> => {
  const response = await send(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { data, error } = (await response.json()) as { data?: Record<string, unknown>; error?: { code: string } };
  if (!response.ok) throw new Error(`${method} ${url} answers ${response.status} ${error?.code ?? ''}`);
  return { status: response.status, cache: response.headers.get('x-cache') ?? '', data: data ?? {} };
};

const expectToBe = (what: string, seen: unknown, expected: unknown): void => {
  if (seen !== expected) throw new Error(`${what} is ${String(seen)} and should be ${String(expected)}`);
};

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Asks until the answer is as expected. */
const until = async (what: string, look: () => Promise<unknown>, expected: unknown): Promise<void> => {
  const deadline = Date.now() + waitMsMax;
  for (let seen = await look(); seen !== expected; seen = await look()) {
    if (Date.now() > deadline) throw new Error(`${what} stays ${text(seen)} and should become ${text(expected)}`);
    await sleep(lookEveryMs);
  }
};

/** Signs in as admin and as a customer who has just registered. @returns their tokens */
const people = async ({ products, admin, print }: WalkOptions): Promise<{ manager: string; customer: string }> => {
  const signIn = async (who: { email: string; password: string }): Promise<string> =>
    text((await call(`${products}/auth/login`, 'POST', undefined, who)).data['accessToken']);
  const customer = { email: 'walker@stockroom.local', password: admin.password };
  await call(`${products}/auth/register`, 'POST', undefined, { ...customer, name: 'Walker' });
  print('1. An admin signs in; a customer registers and signs in');
  return { manager: await signIn(admin), customer: await signIn(customer) };
};

/** Reads until it comes from the cache: the second time, unless news of the write before are still on their way. */
const readTwice = async (print: (line: string) => void, what: string, read: () => Promise<Answer>): Promise<void> => {
  const first = await read();
  expectToBe('X-Cache of the first read', first.cache, 'MISS');
  await until('X-Cache of the next read', async () => (await read()).cache, 'HIT');
  print(`   ${what}: X-Cache ${first.cache}, then HIT`);
};

/**
 * Walks through what two services do together: create, read, order, confirm, read by product, cancel.
 * @throws Error that names the first thing which is not as it should be
 */
export const walkThroughOrders = async (options: WalkOptions): Promise<void> => {
  const { products, orders, print } = options;
  const { manager, customer } = await people(options);

  const body = { name: 'Concert ticket', price: 4_900, stock: stockAtFirst };
  const id = text((await call(`${products}/products`, 'POST', manager, body)).data['id']);
  print(`2. A product with ${stockAtFirst} units: ${id}`);
  const product = () => call(`${products}/products/${id}`, 'GET');
  const stock = async () => (await product()).data['stock'];
  await readTwice(print, 'read twice', product);

  const placed = await call(`${orders}/orders`, 'POST', customer, { productId: id, quantity: units });
  const orderId = text(placed.data['id']);
  print(
    `3. The customer orders ${units}: ${orderId} is ${text(placed.data['status'])}, ${text(placed.data['total'])} in all`,
  );
  expectToBe('the order', placed.data['status'], 'pending');
  const status = async () => (await call(`${orders}/orders/${orderId}`, 'GET', customer)).data['status'];
  await until('the order', status, 'confirmed');
  expectToBe('the stock', await stock(), stockAtFirst - units);
  print(`   confirmed, and the stock has fallen to ${stockAtFirst - units}`);
  await readTwice(print, 'orders of the product, read twice', () =>
    call(`${orders}/orders/product/${id}`, 'GET', customer),
  );

  const cancelled = await call(`${orders}/orders/${orderId}/cancel`, 'POST', customer);
  expectToBe('the order', cancelled.data['status'], 'cancelled');
  await until('the stock', stock, stockAtFirst);
  print(`4. The customer cancels, and the stock is back at ${stockAtFirst}`);

  const audit = await call(`${products}/products/${id}/audit`, 'GET', manager);
  expectToBe('the audit', audit.data['consistent'], true);
  print(`5. The ledger agrees: ${text(audit.data['lines'])} lines, consistent`);
};
