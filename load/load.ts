/** Loads the service by one of five scenarios and audits what comes of it: `npm run load -- --scenario drop`. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { transpile } from '../scripts/transpile.js';
import type { Cleanup } from './bench/cleanup.js';
import { runProgram } from './bench/program.js';
import { brokerUrl } from './broker-url.js';
import { readLoadFlags, type LoadFlags } from './scenarios/flags.js';
import { startOwnShop } from './scenarios/own-shop.js';
import { openRemoteShop } from './scenarios/remote-shop.js';
import { runScenario } from './scenarios/run-scenario.js';
import { scenarioOf } from './scenarios/scenarios.js';
import { writeLoadReport } from './scenarios/write-report.js';

const root = join(import.meta.dirname, '..');

/** The generator's script where nothing else is compiled: only the load's own parts. */
const compileGenerator = (cleanup: Cleanup) => {
  const directory = join(root, '.data', `load-${randomBytes(4).toString('hex')}`);
  mkdirSync(directory, { recursive: true });
  cleanup.add(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return transpile(root, ['load/scenarios'], directory);
};

const openShop = async ({ remote, accounts }: LoadFlags, buyers: number, cleanup: Cleanup) => {
  if (remote === undefined) {
    return startOwnShop({ root, buyers, rabbitUrl: brokerUrl, cleanup });
  }
  return {
    shop: await openRemoteShop({ ...remote, buyers: Math.min(buyers, accounts), cleanup }),
    compiled: compileGenerator(cleanup),
  };
};

const load = async (flags: LoadFlags, cleanup: Cleanup): Promise<boolean> => {
  const { name, wishes, seed, results = join(root, 'load', 'results') } = flags;
  const scenario = scenarioOf(name, wishes);
  const { shop, compiled } = await openShop(flags, scenario.buyers, cleanup);
  const report = await runScenario(scenario, shop, { script: compiled('load/scenarios/generator.ts'), seed, cleanup });
  return writeLoadReport(results, report);
};

await runProgram((cleanup) => load(readLoadFlags(process.argv.slice(2), process.env), cleanup));
