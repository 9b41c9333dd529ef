import type { Wares } from './participant.js';

/** Who can be asked to serve. `ours-two` are two processes on one database, `ours-balanced` the same behind the balancer. */
export const serverKinds = [
  ...(['ours', 'ours-two', 'ours-balanced', 'tutorial', 'transaction', 'seckill'] as const),
  ...(['stock-express', 'node-http', 'fast-express'] as const),
] as const;
export type ServerKind = (typeof serverKinds)[number];

interface Common {
  /** What it is called in results, e.g. `hot/ours`. */
  id: string;
  server: ServerKind;
  label: string;
  wares: Wares;
}

export interface LoadScenario extends Common {
  kind: 'load';
  connections: number;
  customers: number;
  path: 'purchase' | 'constant';
  order: 'random' | 'laps';
  expectedStatus: number;
}

export interface BurstScenario extends Common {
  kind: 'burst';
  buyers: number;
  /** Bursts in each round, each for a product of its own. */
  bursts: number;
}

export type Scenario = LoadScenario | BurstScenario;

/** Far more than can be sold within a run. */
const plenty = 1_000_000_000;

const purchase = (id: string, server: ServerKind, label: string, other: Partial<LoadScenario> = {}): LoadScenario => ({
  ...{ kind: 'load', id, server, label, connections: 100, customers: 1000, path: 'purchase' },
  ...{ order: 'random', expectedStatus: 201, wares: { products: 1, stock: plenty } },
  ...other,
});

const many: Partial<LoadScenario> = { wares: { products: 1000, stock: 1_000_000 } };
const crowd: Partial<LoadScenario> = { connections: 500 };
const constant: Partial<LoadScenario> = { path: 'constant', expectedStatus: 200, customers: 1 };
const limited: Partial<LoadScenario> = {
  ...{ customers: 5000, order: 'laps' },
  // Every customer buys one of each, product after product: more laps than a run can use up.
  wares: { products: 60, stock: 1_000_000, perCustomerLimit: 1 },
};
const soldOut: Partial<LoadScenario> = { expectedStatus: 409, wares: { products: 1, stock: 1 } };

const burst = (id: string, server: ServerKind, label: string): BurstScenario => ({
  ...{ kind: 'burst', id, server, label, buyers: 100, bursts: 20, wares: { products: 20, stock: 1 } },
});

/** Every piece of work that a line may need, in the order in which a round runs them. */
export const scenarios: readonly Scenario[] = [
  purchase('hot/ours', 'ours', 'ours, 1 hot product'),
  purchase('hot/tutorial', 'tutorial', 'tutorial, 1 hot product'),
  purchase('hot/stock-express', 'stock-express', 'stock Express, POST of nothing'),
  purchase('hot/seckill', 'seckill', 'seckill, 1 hot product'),
  purchase('hot/transaction', 'transaction', 'transaction, 1 hot product'),
  purchase('limited/ours', 'ours', 'ours, limit of 1 per customer', limited),
  purchase('sold-out/ours', 'ours', 'ours, refusals of a sold-out product', soldOut),
  purchase('many/ours', 'ours', 'ours, 1000 products', many),
  purchase('many/tutorial', 'tutorial', 'tutorial, 1000 products', many),
  purchase('crowd/ours', 'ours', 'ours, 1 hot product, 500 connections', crowd),
  purchase('crowd/tutorial', 'tutorial', 'tutorial, 1 hot product, 500 connections', crowd),
  purchase('layer/ours', 'fast-express', 'our bare Express layer, GET of a constant', constant),
  purchase('layer/node-http', 'node-http', 'node:http, GET of a constant', constant),
  burst('burst/ours', 'ours', 'ours, 100 buyers for 1 unit'),
  burst('burst/tutorial', 'tutorial', 'tutorial, 100 buyers for 1 unit'),
  purchase('two/ours-balanced', 'ours-balanced', 'two processes of ours behind a path-hash balancer'),
  purchase('two/ours', 'ours-two', 'two processes of ours, buyers shared out evenly'),
];
