import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.strictObject({ summary: z.string(), runbook_url: z.url() }),
        }),
      ),
    }),
  ),
});

const target = z.object({ expr: z.string(), legendFormat: z.string() });
const board = z.object({
  uid: z.string(),
  title: z.string(),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), query: z.object({ query: z.string() }) })),
  }),
  panels: z.array(z.object({ id: z.number(), title: z.string(), targets: z.array(target).default([]) })),
});

const scenarios = z.object({
  healthy: z.record(z.string(), z.string()),
  scenarios: z.array(
    z.object({
      name: z.string(),
      changes: z.record(z.string(), z.string().nullable()).default({}),
      fires: z.array(z.string()),
    }),
  ),
});

const dashboardFolder = 'deploy/grafana/provisioning/dashboards';

export const alerts = rules.parse(parse(read('deploy/prometheus/alerts.yml'))).groups.flatMap((group) => group.rules);
export const alertScenarios = scenarios.parse(parse(read('deploy/prometheus/alerts.scenarios.yml')));
export const dashboards = readdirSync(new URL(`../../${dashboardFolder}`, import.meta.url))
  .filter((name) => name.endsWith('.json'))
  .map((name) => board.parse(JSON.parse(read(`${dashboardFolder}/${name}`))));
export const runbooks = readdirSync(new URL('../../docs/runbooks', import.meta.url))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name: name.slice(0, -3), text: read(`docs/runbooks/${name}`) }));

/** Every query of dashboards and alerts, with where it stands. */
export const queries = [
  ...alerts.map(({ alert, expr }) => ({ where: `alert ${alert}`, expr, legend: '' })),
  ...dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr, legendFormat }) => ({
        where: `${title}, ${panel.title}`,
        expr,
        legend: legendFormat,
      })),
    ),
  ),
];
