import { jobScenarios } from './job-scenarios.js';
import { catalogueScenarios, readScenarios } from './read-scenarios.js';
import type { BurstScenario, LoadScenario, Scenario, ServerKind } from './scenario.js';

/** Far more than can be sold within a run. */
const plenty = 1_000_000_000;

const purchase = (id: string, server: ServerKind, label: string, other: Partial<LoadScenario> = {}): LoadScenario => ({
  ...{ kind: 'load', id, server, label, connections: 100, customers: 1000, work: 'purchase' },
  ...{ order: 'random', expectedStatus: 201, wares: { products: 1, stock: plenty } },
  ...other,
});

const many: Partial<LoadScenario> = { wares: { products: 1000, stock: 1_000_000 } };
const crowd: Partial<LoadScenario> = { connections: 500 };
const constant: Partial<LoadScenario> = { work: 'constant', expectedStatus: 200, customers: 1 };
const limited: Partial<LoadScenario> = {
  ...{ customers: 5000, order: 'laps' },
  // Every customer buys one of each, product after product: more laps than a run can use up.
  wares: { products: 60, stock: 1_000_000, perCustomerLimit: 1 },
};
const soldOut: Partial<LoadScenario> = { expectedStatus: 409, restsBefore: true, wares: { products: 1, stock: 1 } };

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
  ...readScenarios,
  burst('burst/ours', 'ours', 'ours, 100 buyers for 1 unit'),
  burst('burst/tutorial', 'tutorial', 'tutorial, 100 buyers for 1 unit'),
  purchase('two/ours-balanced', 'ours-balanced', 'two processes of ours behind a path-hash balancer'),
  purchase('two/ours', 'ours-two', 'two processes of ours, buyers shared out evenly'),
  ...jobScenarios,
  purchase('hot-heard/ours', 'ours', 'ours, 1 hot product, events heard', { heard: true }),
  purchase('many-heard/ours', 'ours', 'ours, 1000 products, events heard', { ...many, heard: true }),
  purchase('crowd-heard/ours', 'ours', 'ours, hot, 500 connections, events heard', { ...crowd, heard: true }),
  purchase('limited-heard/ours', 'ours', 'ours, limit of 1, events heard', { ...limited, heard: true }),
  ...catalogueScenarios,
  purchase('lasting/ours', 'ours-lasting', 'ours, 1 hot product, for minutes', { lasting: true }),
];
