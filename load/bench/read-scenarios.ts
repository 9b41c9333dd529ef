import type { CountedScenario, LoadScenario, ServerKind } from './scenario.js';

/** The purchases that run beside reads. */
export const beside = { perSecond: 900, connections: 100, customers: 1000 } as const;

/** A price of their own, by which a list finds just these. */
const thousand = { products: 1000, stock: 1_000_000, price: 2999, kept: 'thousand', whole: true };
/** First pages of 20, of one length. */
export const listQueries: readonly string[] = Array.from(
  { length: 10 },
  (_, i) => `?limit=20&minPrice=${String(2000 + i)}`,
);
/** Seeded past the service, which would make a report of each. */
export const tenThousand = { products: 10_000, stock: 1_000_000, kept: 'ten-thousand' };

const read = (id: string, server: ServerKind, label: string, other: Partial<LoadScenario> = {}): LoadScenario => ({
  ...{ kind: 'load', id, server, label, connections: 100, customers: 0, work: 'product' },
  ...{ order: 'random', expectedStatus: 200, wares: thousand },
  ...other,
});

const hit = { cache: { state: 'HIT', shareMin: 0.99 } } as const;
const pastCache = { headers: ['Cache-Control: no-cache'], cache: { state: 'BYPASS', shareMin: 1 } } as const;

const zipf = (id: string, label: string, other: Partial<CountedScenario>): CountedScenario => ({
  ...{ kind: 'counted', id, server: 'ours-10k', label, connections: 100, wares: tenThousand },
  ...other,
});

/** Reads of products and lists. */
export const readScenarios: readonly (LoadScenario | CountedScenario)[] = [
  read('read/ours', 'ours', 'ours, cached product of 1000', hit),
  read('read/node-http', 'node-http-product', 'node:http, the same answer'),
  read('read/tutorial', 'tutorial', 'tutorial, cached product of 1000'),
  read('read-selling/ours', 'ours', `ours, the same beside ${String(beside.perSecond)} purchases/s`, {
    buyersPerSecond: beside.perSecond,
    // New ones each time: what a read may show follows from the first stock and the purchases of this run alone.
    wares: { products: 1000, stock: 1_000_000 },
  }),
  read('list/ours', 'ours', 'ours, cached list of 20', { work: 'list', ...hit }),
  read('list/tutorial', 'tutorial', 'tutorial, cached list of 20', { work: 'list' }),
  // Entries live for a minute: of 10,000 some 180 a second run out, one in a hundred of these reads.
  zipf('zipf/ours', 'ours, Zipf over 10,000 products', { cache: { state: 'HIT', shareMin: 0.95 } }),
  zipf('zipf/past-cache', 'the same past the cache', pastCache),
  zipf('zipf-selling/ours', `ours, Zipf, beside ${String(beside.perSecond)} purchases/s`, {
    buyersPerSecond: beside.perSecond,
  }),
];

const sizes = [
  { kind: 'ours-1k', name: '1k', products: 1_000 },
  { kind: 'ours-100k', name: '100k', products: 100_000 },
  { kind: 'ours-1m', name: '1m', products: 1_000_000 },
] as const;

/** How many products each catalogue has. */
export const catalogueSizes: ReadonlyMap<ServerKind, number> = new Map(
  sizes.map(({ kind, products }) => [kind, products]),
);

/** Units of each of their products. */
export const catalogueStock = 1_000_000;

/** The same work on catalogues of different sizes. */
export const catalogueScenarios: readonly LoadScenario[] = sizes.flatMap(({ kind, name, products }): LoadScenario[] => {
  const wares = { products, stock: catalogueStock, kept: 'catalogue' };
  const of = `of ${products.toLocaleString('en-US')} products`;
  return [
    read(`buy/${name}`, kind, `ours, purchases ${of}`, {
      ...{ work: 'purchase', customers: 1000, expectedStatus: 201, wares },
    }),
    // Few connections: the wait is then for the answer and not for a turn.
    read(`pages/${name}`, kind, `ours, pages ${of}, past the cache`, {
      work: 'pages',
      connections: 10,
      wares,
      ...pastCache,
    }),
  ];
});
