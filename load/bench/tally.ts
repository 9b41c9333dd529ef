import type { LoadSpec } from './load-spec.js';
import { quantile } from './stats.js';

/** One answer, as the tally wants to know it. */
export interface Answered {
  status: number;
  idIndex: number;
  latencyMs: number;
  /** What `X-Cache` said, or `none`. */
  cache: string;
}

/** Counts what is answered, all of it by status, and in more detail what comes while it measures. */
export const createTally = (spec: Pick<LoadSpec, 'ids' | 'expectedStatus'>) => {
  const statuses: Record<string, number> = {};
  const cacheStates: Record<string, number> = {};
  const soldPerId = spec.ids.map(() => 0);
  const latenciesMs: number[] = [];
  let windowAnswers = 0;
  let answers = 0;
  let measuring = false;
  return {
    answer: ({ status, idIndex, latencyMs, cache }: Answered): void => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      answers++;
      const served = status === spec.expectedStatus;
      if (status === 201) soldPerId[idIndex] = (soldPerId[idIndex] ?? 0) + 1;
      if (!measuring) return;
      windowAnswers++;
      cacheStates[cache] = (cacheStates[cache] ?? 0) + 1;
      if (served) latenciesMs.push(latencyMs);
    },
    answers: (): number => answers,
    measure: (on: boolean): void => {
      measuring = on;
    },
    result: () => {
      const sorted = Float64Array.from(latenciesMs).sort();
      return {
        statuses,
        soldPerId,
        cacheStates,
        windowAnswers,
        windowServed: sorted.length,
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        maxMs: quantile(sorted, 1),
      };
    },
  };
};
