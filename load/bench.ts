import { join } from 'node:path';
import type { Cleanup } from './bench/cleanup.js';
import { estimateSeconds } from './bench/estimate.js';
import { readFlags, type Settings } from './bench/flags.js';
import { prepareGround } from './bench/ground.js';
import { runProgram } from './bench/program.js';
import { judgeLine } from './bench/judge-line.js';
import { scenariosOf } from './bench/lines.js';
import { withNote } from './bench/notes.js';
import { runRounds } from './bench/rounds.js';
import { scenarios } from './bench/scenarios.js';
import { writeReport } from './report.js';

const root = join(import.meta.dirname, '..');

const bench = async (settings: Settings, cleanup: Cleanup): Promise<boolean> => {
  const startedAt = new Date();
  const wantedIds = scenariosOf(settings.lines);
  const wanted = scenarios.filter((scenario) => wantedIds.has(scenario.id));
  const { rounds, seconds } = settings;
  const minutes = Math.ceil(estimateSeconds(wanted, settings) / 60);
  console.log(
    `${settings.lines.length} lines, ${wanted.length} pieces of work, ${rounds} rounds of ${seconds} s: about ${minutes} min`,
  );
  const { machine, get, deps } = await prepareGround(root, cleanup);
  const { runs, failures } = await runRounds(wanted, { settings, get, ...deps });
  const results = settings.lines.map((line) => withNote(judgeLine(line, runs, failures), settings));
  writeReport(root, { startedAt, endedAt: new Date(), machine, settings, scenarios: wanted, runs, results });
  return results.every((result) => result.faults.length === 0);
};

await runProgram((cleanup) => bench(readFlags(process.argv.slice(2)), cleanup));
