/**
 * Has promtool look over the scrape configuration and the alerts, and tries these on the scenarios beside them: `npm run check:alerts`.
 * promtool comes with Prometheus and is neither on npm nor on PyPI: without one on the PATH, or named by PROMTOOL, it is said how to
 * get it, and nothing is checked.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { run } from './python-tools.mjs';

const folder = fileURLToPath(new URL('../deploy/prometheus/', import.meta.url));
const promtool = process.env.PROMTOOL || 'promtool';
/** Each takes a second or two; a machine that is busy with other things takes many times as long. */
const checkMs = 300_000;

const howToGet = `promtool is not on the PATH, so the alerts were not tried. It is a part of Prometheus:
  brew install prometheus, or apt-get install prometheus; without the right to install, on Debian and Ubuntu:
    apt-get download prometheus && dpkg -x prometheus_*.deb . && PROMTOOL=$PWD/usr/bin/promtool npm run check:alerts
  or out of its image: docker create --name prom prom/prometheus && docker cp prom:/bin/promtool .`;

/** The scenarios in promtool's own form. */
const asTests = ({ healthy, scenarios }) => ({
  rule_files: [join(folder, 'alerts.yml')],
  evaluation_interval: '15s',
  tests: scenarios.map(({ name, at = '18m', changes = {}, fires }) => ({
    name,
    interval: '15s',
    input_series: Object.entries({ ...healthy, ...changes })
      .filter(([, values]) => values !== null)
      .map(([series, values]) => ({ series, values })),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: at,
        exp_samples: fires.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
      },
    ],
  })),
});

const check = async (what, ...args) => {
  const { code, output } = await run(promtool, args, { deadlineMs: checkMs, cwd: folder });
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${what}`);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
};

const main = async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stockroom-alerts-'));
  try {
    const tests = join(scratch, 'tests.yml');
    writeFileSync(tests, stringify(asTests(parse(readFileSync(join(folder, 'alerts.scenarios.yml'), 'utf8')))));
    const results = [
      // The file with the token is made where Prometheus runs.
      await check('prometheus.yml', 'check', 'config', '--syntax-only', 'prometheus.yml'),
      await check('alerts.yml', 'check', 'rules', 'alerts.yml'),
      await check('alerts.scenarios.yml', 'test', 'rules', tests),
    ];
    return results.every(Boolean);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const { code } = await run(promtool, ['--version'], { deadlineMs: checkMs });
if (code === 0) process.exitCode = (await main()) ? 0 : 1;
else console.log(howToGet);
