import type { Wares } from './participant.js';

/**
 * Who can be asked to serve. `ours-two` are two processes on one database, `ours-balanced` the same behind the balancer;
 * `ours-jobs` works on its background jobs like `ours`, in a database of its own, and `ours-no-jobs` leaves them to others;
 * `ours-lasting` is there for the load that lasts; `ours-1k` and so on have a catalogue of that many products; `node-http-product` answers what ours answered to a read.
 */
export const serverKinds = [
  ...([
    'ours',
    'ours-two',
    'ours-balanced',
    'ours-10k',
    'ours-lasting',
    'ours-jobs',
    'ours-no-jobs',
    'ours-1k',
    'ours-100k',
    'ours-1m',
  ] as const),
  ...(['tutorial', 'transaction', 'seckill', 'stock-express', 'node-http', 'node-http-product'] as const),
  'fast-express',
] as const;
export type ServerKind = (typeof serverKinds)[number];

/** What `X-Cache` has to say in the window that counts, of at least this share of the answers. */
export interface CacheWish {
  state: 'HIT' | 'BYPASS';
  shareMin: number;
}

interface Common {
  /** What it is called in results, e.g. `hot/ours`. */
  id: string;
  server: ServerKind;
  label: string;
  wares: Wares;
}

/** What is asked for: `create` makes products, `pages` are pages of the list at random places, `product` and `list` what they say. */
export type Work = 'purchase' | 'create' | 'constant' | 'product' | 'list' | 'pages';

export interface LoadScenario extends Common {
  kind: 'load';
  connections: number;
  customers: number;
  work: Work;
  order: 'random' | 'zipf' | 'laps';
  expectedStatus: number;
  /** Header lines of every request beside the usual ones. */
  headers?: readonly string[];
  cache?: CacheWish;
  /** Purchases a second of the same products by another process meanwhile; every read is checked against their answers. */
  buyersPerSecond?: number;
  /** Somebody listens to all that the service tells, and must have been told of every sale. */
  heard?: true;
  /** What MongoDB writes at rest is looked at before, and taken off what it writes under the load. */
  restsBefore?: true;
  /** Runs once, for minutes, while the server's memory is watched. */
  lasting?: true;
}

/** Reads of single products whose cost to MongoDB is counted; the cache is warmed before. */
export interface CountedScenario extends Common {
  kind: 'counted';
  connections: number;
  headers?: readonly string[];
  cache?: CacheWish;
  /** Purchases a second of the same products meanwhile, whose own commands are subtracted. */
  buyersPerSecond?: number;
}

export interface BurstScenario extends Common {
  kind: 'burst';
  buyers: number;
  /** Bursts in each round, each for a product of its own. */
  bursts: number;
}

export type Scenario = LoadScenario | CountedScenario | BurstScenario;
