import type { Options, Scenario as K6Scenario } from 'k6/options';
import type { Pace, Scenario, Threshold } from '../../scenarios/scenario.ts';

/**
 * Requests of a journey of the mix, on average. k6 starts journeys at a rate where `npm run load` sends requests at one, so the rate is
 * divided by this.
 */
const requestsPerJourney = 2.6;

const perJourney = (requests: number): number => Math.max(1, Math.round(requests / requestsPerJourney));

const visitors = (pace: Pace, { connections, buyers }: Scenario): K6Scenario => {
  switch (pace.kind) {
    case 'closed':
      return { executor: 'constant-vus', exec: 'visit', vus: connections, duration: `${pace.seconds}s` };
    case 'once':
      return {
        ...{ executor: 'shared-iterations', exec: 'visit', vus: connections, iterations: buyers },
        maxDuration: `${pace.secondsMax}s`,
      };
    case 'open':
      return {
        ...{ executor: 'ramping-arrival-rate', exec: 'visit', timeUnit: '1s', gracefulStop: '30s' },
        ...{ preAllocatedVUs: connections, maxVUs: 4 * connections },
        startRate: perJourney(pace.stages[0]?.from ?? 1),
        // k6 ramps to a stage's target; a stage that begins elsewhere is led up to by one that takes no time.
        stages: pace.stages.flatMap(({ seconds, from, to }) => [
          { target: perJourney(from), duration: '0s' },
          { target: perJourney(to), duration: `${seconds}s` },
        ]),
      };
  }
};

const lengthSeconds = (pace: Pace): number => {
  if (pace.kind === 'open') return pace.stages.reduce((sum, { seconds }) => sum + seconds, 0);
  return pace.kind === 'once' ? pace.secondsMax : pace.seconds;
};

const thresholdOf = ({ of, atMost, atLeast, lastSeconds }: Threshold): [string, string][] => {
  if (of === 'failedShare') return [['unexpected', `rate<=${String(atMost ?? 0)}`]];
  // k6 has no figure of the last seconds alone, and says itself what it has not started.
  if (lastSeconds !== undefined || of === 'rateShare') return [];
  if (of === 'unitsSold')
    return [['units_sold', atMost === undefined ? `value>=${String(atLeast)}` : `value<=${String(atMost)}`]];
  return [['time_to_answer', `p(${of === 'p50Ms' ? '50' : '99'})<=${String(atMost ?? 0)}`]];
};

/** A scenario as k6 takes it: visitors, beside them one who watches stock and memory, and the thresholds. */
export const optionsOf = (scenario: Scenario): Options => {
  const thresholds: Record<string, string[]> = { audit_faults: ['count==0'] };
  for (const [metric, expression] of scenario.thresholds.flatMap(thresholdOf)) {
    thresholds[metric] = [...(thresholds[metric] ?? []), expression];
  }
  const watching: Record<string, K6Scenario> =
    // A drop is over before its time is; k6 would watch to the end of it.
    scenario.pace.kind === 'once'
      ? {}
      : {
          watch: {
            ...{ executor: 'constant-vus', exec: 'watch', vus: 1, gracefulStop: '5s' },
            duration: `${lengthSeconds(scenario.pace)}s`,
          },
        };
  return {
    scenarios: { visitors: visitors(scenario.pace, scenario), ...watching },
    thresholds,
    setupTimeout: '5m',
    teardownTimeout: '5m',
    summaryTrendStats: ['avg', 'med', 'p(90)', 'p(99)', 'max', 'count'],
  };
};
