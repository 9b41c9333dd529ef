/** Loads the service by k6, plots and audits: `npm run load:k6 -- --scenario drop`. The scripts are in `load/k6/`. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from './bench/cleanup.js';
import { runProgram } from './bench/program.js';
import { brokerUrl } from './broker-url.js';
import { findK6, k6Missing } from './scenarios/find-k6.js';
import { createApi } from './scenarios/api.js';
import { readLoadFlags, type LoadFlags } from './scenarios/flags.js';
import { runScenarioByK6 } from './scenarios/k6-run.js';
import { startOwnShop } from './scenarios/own-shop.js';
import { scenarioOf } from './scenarios/scenarios.js';
import { writeLoadReport } from './scenarios/write-report.js';

const root = join(import.meta.dirname, '..');

const openShop = async ({ remote, name, wishes }: LoadFlags, cleanup: Cleanup) => {
  if (remote !== undefined) return { ...remote, admin: remote.keeper, api: createApi(remote.origin), machine: null };
  const admin = { email: 'admin@load.example', password: randomBytes(12).toString('hex') };
  const { buyers } = scenarioOf(name, wishes);
  const { shop } = await startOwnShop({ root, buyers, admin, rabbitUrl: brokerUrl, cleanup });
  return { origin: shop.origin, admin, api: shop.api, machine: shop.machine };
};

const load = async (flags: LoadFlags, cleanup: Cleanup): Promise<boolean> => {
  const k6 = findK6(process.env['PATH']);
  if (k6 === undefined) throw new Error(k6Missing);
  const { name, wishes, accounts } = flags;
  const directory = join(root, '.data', `k6-${randomBytes(4).toString('hex')}`);
  mkdirSync(directory, { recursive: true });
  cleanup.add(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const { origin, admin, api, machine } = await openShop(flags, cleanup);
  const scenario = scenarioOf(name, wishes);
  const { report } = await runScenarioByK6({
    ...{ k6, root, directory, scenario, wishes, accounts, origin, admin, api, machine, cleanup },
  });
  return writeLoadReport(flags.results ?? join(root, 'load', 'results'), report);
};

await runProgram((cleanup) => load(readLoadFlags(process.argv.slice(2), process.env), cleanup));
