import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnv } from '../../../src/config/env.js';
import { projectDir, readJson, readText, readYaml } from '../../helpers/delivery.js';

interface Step {
  uses?: string;
  run?: string;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { strategy?: { matrix: Record<string, unknown[]> }; steps: Step[]; 'timeout-minutes': number }>;
}

const folder = '.github/workflows';
const files = readdirSync(join(projectDir, folder)).map((name) => join(folder, name));
const manifest = readJson('package.json') as { scripts: Record<string, string>; engines: { node: string } };

describe('the workflows', () => {
  it.each(files)('when %s runs a script, then there is one', (file) => {
    const named = [...readText(file).matchAll(/npm (?:run )?([a-z][a-z0-9:]*)/g)].map(([, name]) => name ?? '');
    const known = [...Object.keys(manifest.scripts), 'ci', 'audit'];
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  });

  it.each(files)('when %s uses an action, then one version of it, for a bounded time, with few rights', (file) => {
    const { permissions, jobs } = readYaml(file) as Workflow;
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      const used = job.steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
      expect(used.filter((uses) => !/^(actions|docker)\/[a-z-]+@(v\d+|[0-9a-f]{40})$/.test(uses))).toEqual([]);
    }
  });

  it('when the tests run, then on every version of Node that is promised', () => {
    const { jobs } = readYaml(join(folder, 'main.yml')) as Workflow;
    expect(jobs['test']?.strategy?.matrix['node']).toEqual([20, 22, 24]);
    expect(manifest.engines.node).toBe('>=20.19');
  });
});

describe('railway.json', () => {
  const { deploy } = readJson('railway.json') as { deploy: Record<string, unknown> };

  it('when a deployment is replaced, then the old one has the time that an orderly stop may take', () => {
    // Railway refuses a number that is written as a string.
    expect(deploy['drainingSeconds']).toEqual(expect.any(Number));
    expect(Number(deploy['drainingSeconds']) * 1000).toBeGreaterThan(loadEnv({}).SHUTDOWN_GRACE_MS);
  });

  it('when a deployment is new, then it is sent work once it is ready for it', () => {
    expect(deploy['healthcheckPath']).toBe('/readyz');
  });
});
