import type { Registry } from 'prom-client';
import { createTally } from './figures.js';

/** What audits find, on the registry of the process. */
export const createAuditMetrics = (registry: Registry) => {
  const count = createTally(registry, {
    name: 'ledger_audits_total',
    help: 'Audits of a product that this process was asked for, by whether ledger and product agree',
    label: 'outcome',
    values: ['consistent', 'inconsistent'],
  });
  return { audited: (consistent: boolean): void => count(consistent ? 'consistent' : 'inconsistent') };
};
