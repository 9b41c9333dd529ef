/**
 * `npm run profile -- --line 1|4|7 [--seconds 10] [--proof]`: the service under that line's load, profiled in the window that a bench measures.
 * Writes `load/results/profile-<line>.{json,html,svg,cpuprofile}`; the last is for Chrome's or VS Code's own viewers.
 * `--proof` puts table and graph into `docs/proof` too.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { untilReady } from './bench/child.js';
import type { Cleanup } from './bench/cleanup.js';
import { prepareGround } from './bench/ground.js';
import { runProgram } from './bench/program.js';
import { runScenario } from './bench/run-scenario.js';
import type { LoadScenario } from './bench/scenario.js';
import { scenarios } from './bench/scenarios.js';
import { callTree, type CpuProfile } from './profile/call-tree.js';
import { createPlaces } from './profile/places.js';
import { flameGraph } from './profile/flame.js';
import { proofSection, replaceSection } from './profile/proof.js';
import { summarise } from './profile/summary.js';
import { profilePage, profileTable } from './profile/report.js';

const root = join(import.meta.dirname, '..');
const profiled: ReadonlyMap<string, string> = new Map([
  ['1', 'hot/ours'],
  ['4', 'many/ours'],
  ['7', 'read/ours'],
]);
const usage = `npm run profile -- --line ${[...profiled.keys()].join('|')} [--seconds 10] [--proof]`;
const writtenMsMax = 60_000;

interface Arguments {
  line: string;
  scenario: LoadScenario;
  seconds: number;
  proof: boolean;
}

const readArguments = (argv: string[]): Arguments => {
  const { values } = parseArgs({
    args: argv,
    options: {
      line: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '10' },
      proof: { type: 'boolean', default: false },
    },
  });
  const scenario = scenarios.find(({ id }) => id === profiled.get(values.line));
  if (scenario?.kind !== 'load') throw new Error(`There is no profile of line ${values.line}. ${usage}`);
  const seconds = Number(values.seconds);
  if (!(seconds >= 0.5 && seconds <= 60)) throw new Error(`--seconds takes a number from 0.5 to 60. ${usage}`);
  return { line: values.line, scenario, seconds, proof: values.proof };
};

const profile = async (cleanup: Cleanup): Promise<boolean> => {
  const { line, scenario, seconds, proof } = readArguments(process.argv.slice(2));
  let file = '';
  const ground = await prepareGround(root, cleanup, {
    serviceEnv: (directory, compiled) => {
      file = join(directory, 'service.cpuprofile');
      const agent = pathToFileURL(compiled('load/profile/agent.ts')).href;
      return { NODE_OPTIONS: `--import=${agent}`, PROFILE_FILE: file };
    },
  });
  // Jobs are left to others: the reports of a thousand new products take longer than all the rest, and have no part in these lines.
  const participant = await ground.get('ours-no-jobs');
  const times = { warmMs: 4000, warmAnswersMin: 20_000, warmMsMax: 30_000, measureMs: seconds * 1000 };
  const run = await runScenario(scenario, participant, { ...ground.deps, marksWindows: true }, times);
  await untilReady(
    'the profile',
    { ended: () => null, output: () => '' },
    () => existsSync(file) || null,
    writtenMsMax,
  );
  const tree = callTree(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile, createPlaces(root));
  const summary = summarise({
    line,
    label: scenario.label,
    seconds,
    run,
    tree,
    machine: ground.machine,
    at: new Date(),
  });
  const folder = join(root, 'load', 'results');
  mkdirSync(folder, { recursive: true });
  const graph = flameGraph(tree, `Line ${line}: ${scenario.label}`);
  const into = (kind: string): string => join(folder, `profile-${line}.${kind}`);
  copyFileSync(file, into('cpuprofile'));
  writeFileSync(into('svg'), `${graph}\n`);
  writeFileSync(into('json'), `${JSON.stringify(summary, null, 2)}\n`);
  writeFileSync(into('html'), profilePage(summary, graph));
  if (proof) {
    const page = join(root, 'docs', 'proof', 'profiles.md');
    writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), line, proofSection(summary)));
    copyFileSync(into('svg'), join(root, 'docs', 'proof', `profile-${line}.svg`));
  }
  console.log(profileTable(summary));
  console.log(`\nWritten: load/results/profile-${line}.{html,svg,json,cpuprofile}`);
  for (const fault of run.faults) console.log(`fault: ${fault}`);
  return run.faults.length === 0;
};

await runProgram(profile);
