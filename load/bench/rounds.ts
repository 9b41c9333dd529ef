import type { Settings } from './flags.js';
import type { Participant } from './participant.js';
import { createProgress } from './progress.js';
import { catalogueSizes } from './read-scenarios.js';
import type { Run } from './run.js';
import type { RunDeps, RunTimes } from './run-deps.js';
import { runScenario } from './run-scenario.js';
import type { Scenario, ServerKind } from './scenario.js';

/** The first load of each kind is longer, until the engine has compiled what it runs. */
export const firstWarm = { warmMs: 3000, warmAnswersMin: 10_000, warmMsMax: 15_000 };
export const laterWarm = { warmMs: 1000, warmAnswersMin: 0, warmMsMax: 1000 };

export interface Outcomes {
  runs: Map<string, Run[]>;
  /** Why a scenario could not be run. */
  failures: Map<string, string>;
}

export interface RoundsDeps extends RunDeps {
  settings: Settings;
  get: (kind: ServerKind) => Promise<Participant>;
}

export const isLasting = (scenario: Scenario): boolean => scenario.kind === 'load' && scenario.lasting === true;
const isCatalogue = ({ server }: Scenario): boolean => catalogueSizes.has(server);

/** How often each runs. */
export const roundsOf = (scenario: Scenario, { rounds }: Pick<Settings, 'rounds'>): number =>
  isLasting(scenario) ? 1 : rounds;

/**
 * What shares the rounds. Catalogues have rounds of their own behind all others: a million products in the same MongoDB would
 * weigh on whoever comes after. What lasts for minutes comes last of all, since it leaves millions of lines.
 */
const groupsOf = (wanted: readonly Scenario[]): Scenario[][] => {
  const isUsual = (scenario: Scenario): boolean => !isCatalogue(scenario) && !isLasting(scenario);
  const groups = [wanted.filter(isUsual), wanted.filter(isCatalogue), wanted.filter(isLasting)];
  return groups.filter((group) => group.length > 0);
};

const timesOf = (scenario: Scenario, round: number, { seconds, minutes }: Settings): RunTimes =>
  isLasting(scenario)
    ? { ...firstWarm, measureMs: minutes * 60_000 }
    : { ...(round === 0 ? firstWarm : laterWarm), measureMs: seconds * 1000 };

const runOnce = async (scenario: Scenario, round: number, { get, settings, ...deps }: RoundsDeps): Promise<Run> =>
  runScenario(scenario, await get(scenario.server), deps, timesOf(scenario, round, settings));

/** Every scenario once a round, so that whatever else the machine does falls on all of them alike. */
export const runRounds = async (wanted: readonly Scenario[], deps: RoundsDeps): Promise<Outcomes> => {
  const { settings } = deps;
  const outcomes: Outcomes = { runs: new Map(), failures: new Map() };
  const total = wanted.reduce((sum, scenario) => sum + roundsOf(scenario, settings), 0);
  const say = createProgress(total, (scenario) => roundsOf(scenario, settings));
  const deadline = Date.now() + settings.minutesMax * 60_000;

  const runAndNote = async (scenario: Scenario, round: number): Promise<void> => {
    const outcome = outcomes.failures.has(scenario.id)
      ? 'left out after its failure'
      : await runOnce(scenario, round, deps).catch((error: unknown) =>
          error instanceof Error ? error.message : String(error),
        );
    say(scenario, round, outcome);
    if (typeof outcome !== 'string')
      outcomes.runs.set(scenario.id, [...(outcomes.runs.get(scenario.id) ?? []), outcome]);
    else if (!outcomes.failures.has(scenario.id)) outcomes.failures.set(scenario.id, outcome);
  };
  const runGroup = async (group: readonly Scenario[]): Promise<void> => {
    for (let round = 0; round < settings.rounds; round++) {
      if (Date.now() > deadline) {
        console.log(`${settings.minutesMax} minutes are over: ${round} of ${settings.rounds} rounds were run.`);
        break;
      }
      const upcoming = group.filter((scenario) => round < roundsOf(scenario, settings));
      // Every other round goes backwards, so that nobody always follows the same neighbour.
      for (const scenario of round % 2 === 0 ? upcoming : upcoming.toReversed()) await runAndNote(scenario, round);
    }
  };
  for (const group of groupsOf(wanted)) await runGroup(group);
  return outcomes;
};
