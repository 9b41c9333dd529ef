import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createCleanup, type Cleanup } from './bench/cleanup.js';
import { compileBench } from './bench/compile.js';
import { describeMachine, startDatabases } from './bench/environment.js';
import { readFlags, type Settings } from './bench/flags.js';
import { judgeLine, scenariosOf } from './bench/lines.js';
import { createProgress } from './bench/progress.js';
import type { Run } from './bench/run.js';
import { runScenario, type RunDeps } from './bench/run-scenario.js';
import { scenarios, type Scenario, type ServerKind } from './bench/scenarios.js';
import { createServers } from './bench/servers.js';
import type { Participant } from './bench/participant.js';
import { writeReport } from './report.js';

const root = join(import.meta.dirname, '..');
/** The first load of each kind is longer, until the engine has compiled what it runs. */
const firstWarm = { warmMs: 3000, warmAnswersMin: 10_000, warmMsMax: 15_000 };
const laterWarm = { warmMs: 1000, warmAnswersMin: 0, warmMsMax: 1000 };

interface Outcomes {
  runs: Map<string, Run[]>;
  failures: Map<string, string>;
}

interface RoundsDeps extends RunDeps {
  settings: Settings;
  get: (kind: ServerKind) => Promise<Participant>;
}

const runOnce = async (scenario: Scenario, round: number, { get, settings, ...deps }: RoundsDeps): Promise<Run> => {
  const participant = await get(scenario.server);
  const times = { ...(round === 0 ? firstWarm : laterWarm), measureMs: settings.seconds * 1000 };
  return runScenario(scenario, participant, deps, times);
};

/** Every scenario once a round, so that whatever else the machine does falls on all of them alike. */
const runRounds = async (wanted: readonly Scenario[], deps: RoundsDeps): Promise<Outcomes> => {
  const { rounds, minutesMax } = deps.settings;
  const outcomes: Outcomes = { runs: new Map(), failures: new Map() };
  const say = createProgress(wanted.length * rounds, rounds);
  const deadline = Date.now() + minutesMax * 60_000;
  for (let round = 0; round < rounds; round++) {
    if (Date.now() > deadline) {
      console.log(`${minutesMax} minutes are over: ${round} of ${rounds} rounds were run.`);
      break;
    }
    // Every other round goes backwards, so that nobody always follows the same neighbour.
    for (const scenario of round % 2 === 0 ? wanted : wanted.toReversed()) {
      const outcome = outcomes.failures.has(scenario.id)
        ? 'left out after its failure'
        : await runOnce(scenario, round, deps).catch((error: unknown) =>
            error instanceof Error ? error.message : String(error),
          );
      say(scenario, round, outcome);
      if (typeof outcome !== 'string')
        outcomes.runs.set(scenario.id, [...(outcomes.runs.get(scenario.id) ?? []), outcome]);
      else if (!outcomes.failures.has(scenario.id)) outcomes.failures.set(scenario.id, outcome);
    }
  }
  return outcomes;
};

const bench = async (settings: Settings, cleanup: Cleanup): Promise<boolean> => {
  const startedAt = new Date();
  const wantedIds = scenariosOf(settings.lines);
  const wanted = scenarios.filter((scenario) => wantedIds.has(scenario.id));
  // Beside the code, on a real disk: a temporary folder may be memory, where a purchase on disk costs nothing.
  const directory = join(root, '.data', `bench-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  cleanup.add(() => rmSync(directory, { recursive: true, force: true }));
  const compiled = compileBench(root, join(directory, 'compiled'));
  const { mongod, redis } = await startDatabases(directory, cleanup);
  const machine = describeMachine(mongod.version);
  const rabbitUrl = process.env['RABBITMQ_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';
  const get = createServers({ root, directory, compiled, mongod, redis, rabbitUrl, cleanup });
  const deps = { settings, get, client: mongod.client, mongodPid: mongod.process.pid, compiled };
  const { runs, failures } = await runRounds(wanted, deps);
  const results = settings.lines.map((line) => judgeLine(line, runs, failures));
  writeReport(root, { startedAt, endedAt: new Date(), machine, settings, scenarios: wanted, runs, results });
  return results.every((result) => result.faults.length === 0);
};

const main = async (): Promise<void> => {
  const cleanup = createCleanup();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanup.run().finally(() => process.exit(130)));
  }
  try {
    const sound = await bench(readFlags(process.argv.slice(2)), cleanup);
    process.exitCode = sound ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await cleanup.run();
  }
};

await main();
