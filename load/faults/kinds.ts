/** The processes of the system that a fault can meet. */
export const serviceNames = ['products1', 'products2', 'orders', 'worker'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** `mongo-primary` and `mongo-secondary` are whoever is that at the moment of the fault. */
export const processTargets = [...serviceNames, 'mongo-primary', 'mongo-secondary', 'redis', 'rabbit'] as const;
export type ProcessTarget = (typeof processTargets)[number];

/** Connections, each through a proxy of its own: who opens them, and to what. */
export const linkTargets = [
  'client>products1',
  'client>products2',
  'client>orders',
  'orders>products',
  'products1>redis',
  'products2>redis',
  'orders>redis',
  'products1>rabbit',
  'products2>rabbit',
  'orders>rabbit',
  'all>mongo-primary',
] as const;
export type LinkTarget = (typeof linkTargets)[number];

/** What `lastsMs` and `amount` mean to each kind stands beside it. */
export interface Kind {
  name: string;
  /** How often it is drawn, beside the others. */
  weight: number;
  targets: readonly [string, ...string[]];
  /** In milliseconds; from when it begins to when it is healed. */
  lastsMs: readonly [min: number, max: number];
  amount: readonly [min: number, max: number];
  /** For people, in the summary. */
  says: string;
}

const services = ['products1', 'products2', 'orders', 'worker'] as const;
const none = [0, 0] as const;

export const kinds = [
  // Twice the product processes and the primary: most of what can go wrong goes wrong there.
  {
    name: 'kill',
    weight: 7,
    targets: [...processTargets, 'products1', 'products2', 'mongo-primary', 'products1'],
    lastsMs: [100, 1_200],
    amount: none,
    says: 'SIGKILL, started again after it',
  },
  {
    name: 'freeze',
    weight: 4,
    targets: [...processTargets, 'products1', 'products2', 'mongo-primary'],
    lastsMs: [2_000, 2_000],
    amount: none,
    says: 'SIGSTOP for 2 s',
  },
  {
    name: 'freeze-long',
    weight: 1,
    targets: [...processTargets, 'mongo-primary'],
    lastsMs: [10_000, 10_000],
    amount: none,
    says: 'SIGSTOP for 10 s',
  },
  // `amount`: milliseconds, each way.
  {
    name: 'latency',
    weight: 3,
    targets: linkTargets,
    lastsMs: [600, 2_500],
    amount: [20, 400],
    says: 'each chunk waits 20 to 400 ms, each way',
  },
  // `amount`: how often, evenly over the time.
  {
    name: 'reset',
    weight: 3,
    targets: linkTargets,
    lastsMs: [100, 1_500],
    amount: [1, 5],
    says: 'open connections are reset (RST), 1 to 5 times',
  },
  {
    name: 'cut',
    weight: 3,
    targets: linkTargets,
    lastsMs: [300, 2_500],
    amount: none,
    says: 'connections are closed and new ones refused',
  },
  {
    name: 'half-open',
    weight: 3,
    targets: linkTargets,
    lastsMs: [500, 4_000],
    amount: none,
    says: 'connections stay open and nothing passes; what was held passes late',
  },
  // `amount`: seconds, put forward; `clock-back` backwards.
  {
    name: 'clock-forward',
    weight: 2,
    targets: services,
    lastsMs: [1_000, 3_000],
    amount: [60, 600],
    says: 'the wall clock of one process 1 to 10 min ahead, then right again',
  },
  {
    name: 'clock-back',
    weight: 2,
    targets: services,
    lastsMs: [1_000, 3_000],
    amount: [60, 600],
    says: 'the wall clock of one process 1 to 10 min behind, then right again',
  },
  {
    name: 'mongo-disk-full',
    weight: 2,
    targets: ['writes', 'commits'],
    lastsMs: [300, 2_000],
    amount: none,
    says: 'the primary fails writes, or commits alone, with OutOfDiskSpace',
  },
  {
    name: 'redis-full',
    weight: 1,
    targets: ['redis'],
    lastsMs: [500, 2_500],
    amount: none,
    says: 'Redis at maxmemory refuses writes',
  },
  {
    name: 'rabbit-disk-full',
    weight: 1,
    targets: ['rabbit'],
    lastsMs: [500, 2_500],
    amount: none,
    says: 'the disk alarm blocks publishers',
  },
  // `amount`: purchases at once, more than PURCHASE_QUEUE_MAX.
  {
    name: 'purchase-queue-full',
    weight: 2,
    targets: ['products1', 'products2'],
    lastsMs: none,
    amount: [150, 250],
    says: '150 to 250 purchases at once, more than PURCHASE_QUEUE_MAX',
  },
  // `amount`: orders at once, while the queues hold one message each.
  {
    name: 'broker-queue-full',
    weight: 1,
    targets: ['rabbit'],
    lastsMs: [800, 2_000],
    amount: [10, 30],
    says: 'each queue of the services takes one message, the next are refused, while 10 to 30 orders come at once',
  },
] as const satisfies readonly Kind[];

export type KindName = (typeof kinds)[number]['name'];
