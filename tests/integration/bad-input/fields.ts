import { api, faultyProduct, refused, type Row } from './row.js';
import type { World } from './world.js';

type At = (world: World) => string;
type Who = (world: World) => string;

const user: Who = (world) => world.user;
const manager: Who = (world) => world.manager;

/** A body that is refused for the given fields, or else for all that it has. */
const faulty = (name: string, method: string, at: At, who: Who, json: object, fields = Object.keys(json)): Row =>
  refused(name, 400, 'VALIDATION_FAILED', (world) => api(method, at(world), { token: who(world), json }), {
    fields: [...fields].sort(),
  });

const admin: Who = (world) => world.admin;

const anAccount: At = ({ disabled }) => `/users/${disabled.id}`;
const purchase: At = ({ productId }) => `/products/${productId}/purchase`;
const stock: At = ({ productId }) => `/products/${productId}/stock`;
const reservations: At = ({ productId }) => `/products/${productId}/reservations`;
const orders: At = () => '/orders';
const products: At = () => '/products';
const aProduct: At = ({ productId }) => `/products/${productId}`;

const account = { email: 'eve@stockroom.test', password: 'long enough', name: 'Eve' };
const registered = (name: string, change: object, fields = Object.keys(change)): Row =>
  refused(name, 400, 'VALIDATION_FAILED', () => api('POST', '/auth/register', { json: { ...account, ...change } }), {
    fields: [...fields].sort(),
  });

export const unknownFields: readonly Row[] = [
  faulty('one of a purchase', 'POST', purchase, user, { colour: 'red' }),
  faulty('one of another case', 'POST', purchase, user, { Quantity: 1 }),
  faulty('several of a product, beside its own faults', 'POST', products, manager, { name: '', colour: 1, size: 2 }, [
    'colour',
    'name',
    'price',
    'size',
    'stock',
  ]),
  faulty('one of an item', 'POST', orders, user, { items: [{ productId: 'x', quantity: 1, note: 'x' }] }, [
    'items.0.note',
    'items.0.productId',
  ]),
];

export const massAssignment: readonly Row[] = [
  registered('a role at registration', { role: 'admin' }),
  registered('whatever else an account has', { _id: 'x', id: 'x', disabled: false, passwordHash: 'x', createdAt: 1 }),
  faulty(
    'what a new product has sold',
    'POST',
    products,
    manager,
    { name: 'x', price: 1, stock: 1, sold: 9, _id: 'x' },
    ['_id', 'sold'],
  ),
  faulty('the stock of a product in an edit', 'PATCH', aProduct, manager, { stock: 1_000 }),
  faulty('the figures of a product in an edit', 'PATCH', aProduct, manager, {
    ...{ sold: 0, reserved: 0, seq: 0, version: 0, createdBy: 'x', id: 'x', deletedAt: null },
  }),
  faulty(
    'the password and the address of an account',
    'PATCH',
    anAccount,
    admin,
    { passwordHash: 'x', email: 'x', sv: 0 },
    ['', 'email', 'passwordHash', 'sv'],
  ),
  faulty('the buyer and the total of a purchase', 'POST', purchase, user, { buyerId: 'x', total: 0, unitPrice: 0 }),
  faulty('the status of an order', 'POST', orders, user, { items: [], status: 'confirmed', total: 0, buyerId: 'x' }, [
    'buyerId',
    'items',
    'status',
    'total',
  ]),
  faulty(
    'the owner and the end of a reservation',
    'POST',
    reservations,
    user,
    { quantity: 1, buyerId: 'x', expiresAt: 'x' },
    ['buyerId', 'expiresAt'],
  ),
];

const login = (json: object, fields: readonly string[]): Row =>
  refused(
    `sign-in with ${JSON.stringify(json)}`,
    400,
    'VALIDATION_FAILED',
    () => api('POST', '/auth/login', { json }),
    { fields },
  );

const query = (text: string, fields?: readonly string[]): Row =>
  refused(
    `GET /products?${text.length > 60 ? `${text.slice(0, 60)}…` : text}`,
    400,
    'VALIDATION_FAILED',
    () => api('GET', `/products?${text}`),
    fields === undefined ? {} : { fields },
  );

export const operators: readonly Row[] = [
  faulty('one for a quantity', 'POST', purchase, user, { quantity: { $gt: 0 } }, ['quantity', 'quantity.$gt']),
  faulty('one beside the fields', 'PATCH', aProduct, manager, { $set: { stock: 9 } }),
  faulty('a path for a field', 'PATCH', aProduct, manager, { 'tags.0': 'x' }),
  login({ email: { $gt: '' }, password: { $ne: '' } }, ['email', 'email.$gt', 'password', 'password.$ne']),
  login({ email: ['ada@stockroom.test'], password: 'x' }, ['email']),
  login({ email: 'ada@stockroom.test', password: 'x', $where: 'sleep(10000)' }, ['$where']),
  query('minPrice[$gt]=0', ['query.minPrice[$gt]']),
  query('$where=sleep(10000)', ['query.$where']),
  query('q[$regex]=.*', ['query.q[$regex]']),
  query('__proto__[x]=1', ['query.__proto__[x]']),
  refused('one in a cursor', 400, 'VALIDATION_FAILED', () => {
    const cursor = Buffer.from('["x",{"$gt":""}]').toString('base64url');
    return api('GET', `/products?cursor=${cursor}`);
  }),
];

export const repeatedParameters: readonly Row[] = [
  query('limit=1&limit=2', ['query.limit']),
  query('q=a&q=b', ['query.q']),
  query('limit=1&%6Cimit=1', ['query.limit']),
  query('tag[]=a&tag[]=b', ['query.tag[]']),
];

/** What no whole number within bounds is, beside what lies just outside of them. */
const amounts = ['-1', '1000000001', '1.5', '"5"'];
const noNumbers = ['1e400', '9007199254740993', 'null', 'true', '[1]', '{}'];

const numbers = (name: string, at: At, who: Who, field: string, others: object, values: readonly string[]): Row[] =>
  values.map((value) =>
    refused(
      `${name} ${value}`,
      400,
      'VALIDATION_FAILED',
      (world) => {
        const text = JSON.stringify({ ...others, [field]: 0 });
        return api('POST', at(world), { token: who(world), body: text.replace(`"${field}":0`, `"${field}":${value}`) });
      },
      { fields: [field] },
    ),
  );

export const bounds: readonly Row[] = [
  ...[...amounts, ...noNumbers].map((value) => faultyProduct('price', value)),
  ...amounts.map((value) => faultyProduct('stock', value)),
  ...['-1', '1000000001'].map((value) => faultyProduct('lowStockThreshold', value)),
  ...['0', '1000000001'].map((value) => faultyProduct('perCustomerLimit', value)),
  ...numbers('a purchase of', purchase, user, 'quantity', {}, ['0', '-1', '1000001', '1.5', '"1"', '-0', '1e-7']),
  ...numbers('a purchase at', purchase, user, 'price', {}, ['-1', '1000000001']),
  ...numbers('a reservation of', reservations, user, 'quantity', {}, ['0', '1000001']),
  ...numbers('a reservation for seconds', reservations, user, 'ttlSeconds', { quantity: 1 }, ['0', '86401']),
  ...numbers('a change by', stock, manager, 'delta', { reason: 'x' }, ['0', '1000000001', '-1000000001', '0.5']),
  ...numbers('a count of', stock, manager, 'count', { reason: 'x' }, ['-1', '1000000001']),
  ...numbers('an expected stock of', stock, manager, 'expectedStock', { reason: 'x', count: 1 }, ['-1', '1000000001']),
  faulty('an order of no items', 'POST', orders, user, { items: [] }),
  faulty('a batch of no changes', 'POST', () => '/stock/batch', manager, { changes: [] }),
  refused('an order of 51 items', 400, 'VALIDATION_FAILED', (world) => {
    const items = Array.from({ length: 51 }, () => ({ productId: world.productId, quantity: 1 }));
    return api('POST', '/orders', { token: world.user, json: { items } });
  }),
  refused('a batch of 1001 changes', 400, 'VALIDATION_FAILED', (world) => {
    const changes = Array.from({ length: 1001 }, () => ({ productId: world.productId, delta: 1, reason: 'x' }));
    return api('POST', '/stock/batch', { token: world.manager, json: { changes } });
  }),
  ...['0', '101', '-1', '1.5', '1e1', '0x10', '+5', '%205', ''].map((value) =>
    query(`limit=${value}`, ['query.limit']),
  ),
  query('minPrice=-1', ['query.minPrice']),
  query('maxPrice=1000000001', ['query.maxPrice']),
  query('minPrice=2&maxPrice=1', ['query.minPrice']),
];

export const texts: readonly Row[] = [
  faultyProduct('name', '""'),
  faultyProduct('name', `"${'x'.repeat(201)}"`),
  faultyProduct('name', '"\\u0000"'),
  faultyProduct('name', '"\\ud800"'),
  faultyProduct('description', `"${'x'.repeat(5_001)}"`),
  faultyProduct('tags', JSON.stringify(Array.from({ length: 21 }, String))),
  faultyProduct('tags', `["${'x'.repeat(41)}"]`, ['tags.0']),
  faultyProduct('currency', '"usd"'),
  faultyProduct('saleEndsAt', '"tomorrow"'),
  registered('a password of 7 characters', { password: 'seven77' }),
  registered('a password of 129 characters', { password: 'x'.repeat(129) }),
  registered('a password of 90,000 characters', { password: 'x'.repeat(90_000) }),
  registered('an address without a domain', { email: 'eve@' }),
  registered('an address of 255 characters', { email: `${'x'.repeat(240)}@example.example` }),
  registered('an address that a slow pattern would choke on', { email: `${'a.'.repeat(126)}!` }),
  registered('a name that turns the direction of text', { name: 'Eve\u202etxt.exe' }),
  refused('a sign-in with a password of 129 characters', 400, 'VALIDATION_FAILED', () =>
    api('POST', '/auth/login', { json: { email: account.email, password: 'x'.repeat(129) } }),
  ),
  faulty('no product where a report is of one', 'POST', () => '/reports', manager, { type: 'product' }, ['productId']),
  faulty(
    'a report that ends before it begins',
    'POST',
    () => '/reports',
    manager,
    {
      ...{ type: 'sales', from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    },
    ['to'],
  ),
];

export const lineBreaks: readonly Row[] = [
  faultyProduct('name', '"Lamp\\n{\\"level\\":50}"'),
  faultyProduct('sku', '"A\\r\\nB"'),
  faultyProduct('tags', '["a\\u2028b"]', ['tags.0']),
  registered('in a name', { name: 'Eve\r\nBcc: all@example.com' }),
  registered('in an address', { email: 'eve@example.com\r\nBcc: all@example.com' }),
  faulty('in the reason of a change', 'POST', stock, manager, { delta: 1, reason: 'x\nforged' }, ['reason']),
  refused('in a URL', 404, 'ROUTE_NOT_FOUND', () =>
    api('GET', '/nope%0d%0a{"level":50,"msg":"forged"}'.replaceAll('"', '%22')),
  ),
  refused('in a search', 400, 'VALIDATION_FAILED', () => api('GET', '/products?limit=%0d%0aforged')),
];

const search = (q: string): Row => ({
  name: `GET /products?q=${q.length > 60 ? `${q.slice(0, 60)}…` : q}`,
  ask: () => api('GET', `/products?q=${encodeURIComponent(q)}`),
  status: 200,
  also: ({ body }) => {
    expect((JSON.parse(body) as { data: unknown }).data).toEqual([]);
  },
});

/** The catalogue has lamps alone, so what finds nothing was not taken for a pattern. */
export const patterns: readonly Row[] = [
  ...['L.mp', 'La*p', 'Lam[p]', '(a+)+$', 'x|Lamp', '^(([a-z])+.)+[A-Z]([a-z])+$', '\\w+', `${'a'.repeat(199)}!`].map(
    search,
  ),
  ...['.*', '$', '[', '%00', '%FF'].map((text) => query(`q=${text}`, ['query.q'])),
  query(`q=${'a'.repeat(201)}`, ['query.q']),
  query(`q=${Array.from({ length: 17 }, (_, index) => `w${index}x`).join('+')}`, ['query.q']),
];

export const sorting: readonly Row[] = [
  ...['passwordHash', '$natural', 'sold', 'createdBy', 'name,price', '--name', ''].map((field) =>
    query(`sort=${field}`, ['query.sort']),
  ),
  query('q=lamp&sort=price', ['query.sort']),
];
