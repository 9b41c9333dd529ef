import type { Participant } from './participant.js';
import { runBurst } from './run-burst.js';
import { runCounted } from './run-counted.js';
import type { RunDeps, RunTimes } from './run-deps.js';
import { runLoad } from './run-load.js';
import type { Run } from './run.js';
import type { Scenario } from './scenario.js';

const runOf = (scenario: Scenario, participant: Participant, deps: RunDeps, times: RunTimes): Promise<Run> => {
  switch (scenario.kind) {
    case 'load':
      return runLoad(scenario, participant, deps, times);
    case 'counted':
      return runCounted(scenario, participant, deps, times);
    case 'burst':
      return runBurst(scenario, participant, deps);
  }
};

/** Runs one scenario once: its products, the load, MongoDB's own counters, the audit. */
export const runScenario = async (
  scenario: Scenario,
  participant: Participant,
  deps: RunDeps,
  times: RunTimes,
): Promise<Run> => {
  const run = await runOf(scenario, participant, deps, times);
  participant.tidy();
  return run;
};
