import { shareOfState } from './answer-faults.js';
import type { LoadResult } from './load-spec.js';
import type { Run } from './run.js';

/** Answers of the whole run, whatever they said. */
export const answersOf = ({ statuses }: LoadResult): number =>
  Object.values(statuses).reduce((total, count) => total + count, 0);

/** The figures of a run that the generator alone can tell. */
export const windowFigures = (
  result: LoadResult,
): Pick<Run, 'rate' | 'p50Ms' | 'p99Ms' | 'maxMs' | 'serverCpuUs' | 'mongodCpuUs' | 'hitShare' | 'statuses'> => {
  const perAnswer = (cpuUs: number | null | undefined) => (cpuUs == null ? null : cpuUs / result.windowAnswers);
  const saysNothing = (result.cacheStates['none'] ?? 0) === result.windowAnswers;
  return {
    rate: (result.windowServed / result.windowMs) * 1000,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    maxMs: result.maxMs,
    serverCpuUs: perAnswer(result.cpuUs['server']),
    mongodCpuUs: perAnswer(result.cpuUs['mongod']),
    ...(saysNothing ? {} : { hitShare: shareOfState(result, 'HIT') }),
    statuses: result.statuses,
  };
};
