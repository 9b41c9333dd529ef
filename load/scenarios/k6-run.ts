import { spawn } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Machine } from '../bench/environment.js';
import type { Cleanup } from '../bench/cleanup.js';
import { audit } from './audit.js';
import type { Api } from './api.js';
import type { Account } from './journeys.js';
import { readPromises } from './k6-promises.js';
import { createK6Points, type K6Points } from './k6-points.js';
import type { AuditResult, LoadReport } from './load-report.js';
import { lengthMsOf } from './pace.js';
import type { Scenario } from './scenario.js';
import type { Wishes } from './scenarios.js';
import { judgeThresholds } from './thresholds.js';
import { judgeTrends } from './trend.js';

export interface K6Run {
  k6: string;
  root: string;
  /** For what k6 writes. */
  directory: string;
  scenario: Scenario;
  wishes: Wishes;
  /** How many the scripts sign up. */
  accounts: number;
  origin: string;
  admin: Account;
  api: Api;
  machine: Machine | null;
  cleanup: Cleanup;
}

/** setup, teardown and the last answers. */
const marginMs = 15 * 60_000;

/** What scripts and k6 are told; of the caller's environment only what is k6's own and how to find things. */
const environmentOf = ({ wishes, accounts, origin, admin, directory }: K6Run): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(([name]) => name.startsWith('K6_'));
  const wished = { SECONDS: wishes.seconds, RATE: wishes.perSecond, BUYERS: wishes.buyers, UNITS: wishes.units };
  const numbers = Object.entries({ ...wished, CONNECTIONS: wishes.connections, ACCOUNTS: accounts })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [name, String(value)]);
  return {
    ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], ...Object.fromEntries(own) },
    // By the environment and not by flags, which everybody on the machine can read.
    ...{ BASE_URL: origin, ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password },
    SUMMARY_FILE: join(directory, 'summary.json'),
    K6_INCLUDE_SYSTEM_ENV_VARS: 'true',
    K6_NO_USAGE_REPORT: 'true',
    ...Object.fromEntries(numbers),
  };
};

const runK6 = (run: K6Run, points: string, log: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const script = join(run.root, 'load', 'k6', `${run.scenario.name}.ts`);
    const args = ['run', '--out', `json=${points}`, '--console-output', log, script];
    const child = spawn(run.k6, args, { env: environmentOf(run), stdio: ['ignore', 'inherit', 'inherit'] });
    const late = setTimeout(() => child.kill('SIGKILL'), lengthMsOf(run.scenario.pace) + marginMs);
    run.cleanup.add(() => void child.kill('SIGKILL'));
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      resolve(code ?? 1);
    });
  });

const readPoints = async (file: string, intervalMs: number): Promise<K6Points> => {
  const points = createK6Points(intervalMs);
  for await (const line of createInterface({ input: createReadStream(file) })) points.add(line);
  return points.result();
};

const auditK6 = async ({ api, admin }: K6Run, log: string): Promise<AuditResult> => {
  const { productIds, ...promised } = readPromises(log);
  const session = await api.call<{ accessToken: string }>('POST', '/auth/login', undefined, admin);
  return audit(api, { productIds, keeper: () => session.data.accessToken, promised });
};

/**
 * Has k6 run the scenario's script, then makes of what it has written the same report as of any other load, the audit included.
 * @throws Error when k6 did not get as far as that
 */
export const runScenarioByK6 = async (run: K6Run): Promise<{ report: LoadReport; k6Code: number }> => {
  const { scenario, directory } = run;
  const points = join(directory, 'points.json');
  const log = join(directory, 'console.log');
  const k6Code = await runK6(run, points, log);
  const { startedAt, seconds, intervals, samples, book } = await readPoints(points, scenario.intervalMs).catch(
    (error: unknown) => {
      throw new Error(`k6 ended with the code ${k6Code}, and without results.`, { cause: error });
    },
  );
  const totals = book.totals();
  const audited = await auditK6(run, readFileSync(log, 'utf8'));
  const measured = { ...totals, intervals, audit: audited, seconds, skipped: 0 };
  const { connections, buyers, products, units } = scenario;
  const report: LoadReport = {
    ...{ tool: 'k6', scenario: scenario.name, about: scenario.about, startedAt: startedAt.toISOString(), seconds },
    settings: { 'virtual users': connections, buyers, products, 'units of each': units },
    ...{ machine: run.machine, ...totals, intervals, samples },
    thresholds: [
      ...judgeThresholds(
        scenario.thresholds.filter(({ of }) => of !== 'rateShare'),
        measured,
      ),
      { label: 'what k6 says of its own thresholds (its exit code)', wish: '≤ 0', measured: k6Code, met: k6Code === 0 },
    ],
    trends: scenario.flat ? judgeTrends(samples, Math.min(300, seconds / 5)) : [],
    ...{ audit: audited, notes: [] },
  };
  return { report, k6Code };
};
