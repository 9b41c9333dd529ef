import type { Machine } from '../bench/environment.js';
import type { Settings } from '../bench/flags.js';
import type { LineResult } from '../bench/judge-line.js';
import type { Run } from '../bench/run.js';
import type { Scenario } from '../bench/scenario.js';

/** Everything that one run of the bench has found. */
export interface Results {
  startedAt: Date;
  endedAt: Date;
  machine: Machine;
  settings: Pick<Settings, 'rounds' | 'seconds' | 'minutes' | 'write'>;
  scenarios: readonly Scenario[];
  /** By scenario, a run per round. */
  runs: ReadonlyMap<string, readonly Run[]>;
  results: readonly LineResult[];
}
