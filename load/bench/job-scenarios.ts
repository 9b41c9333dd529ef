import type { Line } from './line.js';
import type { LoadScenario, ServerKind } from './scenario.js';

const create = (id: string, server: ServerKind, label: string): LoadScenario => ({
  ...{ kind: 'load', id, server, label, customers: 0, work: 'create', order: 'random', expectedStatus: 201 },
  // Few: each product is followed by a job, and the next run waits for the last of them.
  connections: 4,
  wares: { products: 1, stock: 1, kept: 'first' },
});

/** Products that are made while the reports of those before them are, and while nobody makes any. */
export const jobScenarios: readonly LoadScenario[] = [
  create('create/jobs', 'ours-jobs', 'ours, product create while report jobs run'),
  create('create/no-jobs', 'ours-no-jobs', 'the same while none run'),
];

export const jobLine: Line = {
  id: '16',
  work: 'product create while report jobs run, 4 connections',
  against: 'the same while none run',
  targets: [{ label: 'p99', quantity: 'p99Ms', of: 'create/jobs', by: 'create/no-jobs', atMost: 1.5 }],
};
