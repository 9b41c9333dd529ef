import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadReport } from '../../../load/scenarios/load-report.js';
import { newId } from '../../../src/utils/uuid.js';
import { describeMongo, sharedUriKey } from '../../helpers/mongo.js';
import { spawnService, temporaryDir, type Service } from '../../helpers/service.js';

// It starts the service and two programs, all of them on a machine that may be busy.
jest.setTimeout(600_000);

const admin = { email: 'admin@load.example', password: 'a password of the test' };

interface Ended {
  code: number | null;
  output: string;
}

/** Runs a program of the load as npm would; its PATH has nothing but `folder`. */
const run = (script: string, args: readonly string[], folder: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
      env: { PATH: folder, HOME: folder, ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });

const reportIn = (folder: string, name: string): LoadReport =>
  JSON.parse(readFileSync(join(folder, `load-${name}.json`), 'utf8')) as LoadReport;

/** What does for k6: writes down how it was started, buys one unit, and writes what k6 would. */
const fakeK6 = `
import { writeFileSync } from 'node:fs';
const args = process.argv.slice(2);
const { BASE_URL, ADMIN_EMAIL, ADMIN_PASSWORD, SUMMARY_FILE } = process.env;
const call = async (path, body, token) => {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: 'Bearer ' + token } : {}) };
  const answer = await fetch(BASE_URL + '/api/v1' + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()).data;
};
const { accessToken } = await call('/auth/login', { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });
const product = await call('/products', { name: 'Of k6', price: 1, stock: 3 }, accessToken);
const purchase = await call('/products/' + product.id + '/purchase', { quantity: 1 }, accessToken);
const valueOf = (flag) => args[args.indexOf(flag) + 1];
const tags = { action: 'purchase', status: '201', code: '' };
const point = { type: 'Point', metric: 'time_to_answer', data: { time: new Date().toISOString(), value: 5, tags } };
writeFileSync(valueOf('--out').replace(/^json=/, ''), JSON.stringify(point) + '\\n');
const lines = ['product ' + product.id, 'purchase ' + purchase.id];
writeFileSync(valueOf('--console-output'), lines.map((line) => 'level=info msg="promised ' + line + '"').join('\\n'));
writeFileSync(SUMMARY_FILE, '{}');
writeFileSync(process.env.K6_TOLD, JSON.stringify({ args, env: process.env }));
`;

describeMongo('the load', () => {
  const directory = temporaryDir();
  let service: Service;
  let url: string;

  beforeAll(async () => {
    service = spawnService({
      ...{ NODE_ENV: 'test', DATA_DIR: directory(), DEMO: '0', LOG_LEVEL: 'info' },
      MONGO_URI: (process.env[sharedUriKey] ?? '').replace('/?', `/load-${newId()}?`),
      ...{ ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password, RATE_LIMIT_PER_MINUTE: '0' },
    });
    url = await service.ready();
  });
  afterAll(async () => {
    await service.stop();
  });

  it('when 120 buyers come for 20 units, then 20 are sold, each with its line, and the page has the plots', async () => {
    const args = ['--scenario', 'drop', '--buyers', '120', '--units', '20', '--connections', '20', '--seconds', '400'];
    const { output } = await run(
      'load/load.ts',
      [...args, '--base-url', url, '--accounts', '2', '--results', directory()],
      directory(),
    );

    // How long answers took is not asked here: the exit code says that as well.
    expect(existsSync(join(directory(), 'load-drop.json')) ? '' : output).toBe('');
    const { audit, outcomes, samples } = reportIn(directory(), 'drop');
    const refused = outcomes.filter(({ expected }) => !expected).reduce((sum, { count }) => sum + count, 0);
    expect(audit).toMatchObject({ received: 20, faults: [] });
    expect(audit?.sold).toBeLessThanOrEqual(20);
    expect((audit?.sold ?? 0) + refused).toBeGreaterThanOrEqual(20);
    expect(samples.at(-1)?.values.stock).toBe(20 - (audit?.sold ?? 0));
    expect(readFileSync(join(directory(), 'load-drop.html'), 'utf8')).toContain('Stock of all products');
    expect(output).toContain('audit: clean');
  });

  it('when k6 is on the path, then it is given the script, the service and the wishes, and what it says is audited', async () => {
    const folder = join(directory(), 'path');
    mkdirSync(folder);
    const [script, told] = [join(folder, 'k6.mjs'), join(folder, 'told.json')];
    writeFileSync(script, fakeK6);
    writeFileSync(join(folder, 'k6'), `#!/bin/sh\nK6_TOLD='${told}' exec '${process.execPath}' '${script}' "$@"\n`);
    chmodSync(join(folder, 'k6'), 0o755);

    const args = ['--scenario', 'mixed', '--seconds', '7', '--rate', '30', '--base-url', url, '--results', directory()];
    const { output, code } = await run('load/k6.ts', args, folder);

    expect({ code, output: existsSync(told) ? '' : output }).toEqual({ code: 0, output: '' });
    const k6 = JSON.parse(readFileSync(told, 'utf8')) as { args: string[]; env: Record<string, string> };
    expect(k6.args[0]).toBe('run');
    expect(k6.args.at(-1)).toMatch(/load\/k6\/mixed\.ts$/);
    expect(k6.env).toMatchObject({ BASE_URL: url, ADMIN_EMAIL: admin.email, SECONDS: '7', RATE: '30' });
    expect(k6.args.join(' ')).not.toContain(admin.password);
    const report = reportIn(directory(), 'mixed');
    expect(report).toMatchObject({ tool: 'k6', audit: { received: 3, stock: 2, sold: 1, purchases: 1, faults: [] } });
  });

  it('when k6 is not on the path, then it says how to get it, and nothing is loaded', async () => {
    const { output, code } = await run('load/k6.ts', ['--scenario', 'drop'], join(directory(), 'nothing'));

    expect(code).toBe(1);
    expect(output.trim()).toMatch(/^k6 is not on the PATH\. Get version 1 or newer/);
  });
});
