import type { Interval } from './load-report.js';
import { lengthMsOf } from './pace.js';
import type { Scenario } from './scenario.js';

const saidEveryMs = 5_000;

/** Says every few seconds how far the load is. */
export const createProgress = (scenario: Pick<Scenario, 'name' | 'pace'>): ((interval: Interval) => void) => {
  const seconds = Math.round(lengthMsOf(scenario.pace) / 1000);
  let saidMs = -Infinity;
  let failed = 0;
  return (interval) => {
    failed += interval.failed;
    if (performance.now() - saidMs < saidEveryMs) return;
    saidMs = performance.now();
    const { all, atSeconds, lengthSeconds } = interval;
    const rate = lengthSeconds > 0 ? Math.round(all.answers / lengthSeconds) : 0;
    const waits = `p50 ${String(all.p50Ms ?? '–')} ms, p99 ${String(all.p99Ms ?? '–')} ms`;
    console.log(`${scenario.name}: ${Math.round(atSeconds)} of ${seconds} s, ${rate}/s, ${waits}, ${failed} failed`);
  };
};
