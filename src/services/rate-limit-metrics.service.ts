import { Counter, type Registry } from 'prom-client';
import { rateClasses } from '../schemas/rate-class.js';

const policies = [...rateClasses, 'account', 'address', 'open'] as const;

/** What limits refuse, and how they get on with Redis, on the registry of the process. */
export const createRateLimitMetrics = (registry: Registry) => {
  const registers = [registry];
  const refusals = new Counter({
    name: 'rate_limited_total',
    help: 'Requests refused with 429, by the limit that they came up against',
    labelNames: ['policy'],
    registers,
  });
  const settlements = new Counter({
    name: 'rate_limit_settlements_total',
    help: 'Questions to the Redis that shares the counts, by whether they were answered',
    labelNames: ['outcome'],
    registers,
  });
  const insurance = new Counter({
    name: 'rate_limit_insured_total',
    help: 'Requests decided by the count of this process alone, as Redis had not answered',
    registers,
  });
  for (const policy of policies) refusals.inc({ policy }, 0);
  for (const outcome of ['answered', 'failed']) settlements.inc({ outcome }, 0);

  return {
    refused: (policy: (typeof policies)[number]): void => refusals.inc({ policy }),
    settled: (outcome: 'answered' | 'failed'): void => settlements.inc({ outcome }),
    insured: (): void => insurance.inc(),
  };
};
