import { metricCatalogue } from '../../../scripts/metric-catalogue.js';
import { alerts, alertScenarios, dashboards, queries, runbooks } from '../../helpers/observability.js';
import { parseQuery } from '../../helpers/promql.js';

/** What Prometheus itself adds to what it has scraped, by `deploy/prometheus/prometheus.yml`. */
const ofTheScrape = ['job', 'instance', 'service'];

interface Series {
  labels: readonly string[];
  isCounter: boolean;
}

/** Every series that can be asked for, by its name. */
const known = new Map<string, Series>([
  ['up', { labels: ofTheScrape, isCounter: false }],
  ...metricCatalogue()
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ name, type, labels }): [string, Series][] => {
      const all = [...ofTheScrape, ...labels];
      if (type !== 'histogram') return [[name, { labels: all, isCounter: type === 'counter' }]];
      const bucket = { labels: [...all, 'le'], isCounter: true };
      const sums = { labels: all, isCounter: true };
      return [
        [`${name}_bucket`, bucket],
        [`${name}_sum`, sums],
        [`${name}_count`, sums],
      ];
    }),
]);

const parsed = queries.map((query) => ({ ...query, ...parseQuery(query.expr) }));
const selectors = parsed.flatMap(({ where, selectors: found }) => found.map((selector) => ({ where, ...selector })));

describe('queries of dashboards and alerts', () => {
  it('when they are parsed, then the grammar takes each', () => {
    expect(parsed.length).toBeGreaterThan(100);
    expect(parsed.flatMap(({ faults }) => faults)).toEqual([]);
    expect(parsed.filter((query) => query.selectors.length === 0).map(({ where }) => where)).toEqual([]);
  });

  it('when a query is broken, then the grammar says so', () => {
    expect(parseQuery('sum(rate(x[5m])').faults).toHaveLength(1);
    expect(parseQuery('sum by (a) (rate(x{b="c"}[5m])) > 1')).toEqual({
      faults: [],
      selectors: [{ metric: 'x', matchers: [{ label: 'b', operator: '=', value: 'c' }], isRange: true }],
      groupings: ['a'],
    });
  });

  it('when a metric is asked for, then there is one of that name', () => {
    const unknown = selectors.filter(({ metric }) => !known.has(metric));
    expect(unknown.map(({ where, metric }) => `${where}: ${metric}`)).toEqual([]);
  });

  it('when a label is matched or grouped by, then a metric of the query has it', () => {
    const strange = parsed.flatMap(({ where, groupings, selectors: found }) => {
      const labelsOf = (metric: string) => known.get(metric)?.labels ?? [];
      const matched = found.flatMap(({ metric, matchers }) =>
        matchers.filter(({ label }) => !labelsOf(metric).includes(label)).map(({ label }) => `${metric}{${label}}`),
      );
      const grouped = groupings.filter((label) => !found.every(({ metric }) => labelsOf(metric).includes(label)));
      return [...matched, ...grouped].map((label) => `${where}: ${label}`);
    });
    expect(strange).toEqual([]);
  });

  it('when a legend shows a label, then the result is grouped by it', () => {
    const lost = parsed.flatMap(({ where, legend, groupings }) =>
      [...legend.matchAll(/\{\{(\w+)\}\}/g)]
        .map(([, label = '']) => label)
        .filter((label) => !groupings.includes(label))
        .map((label) => `${where}: ${label}`),
    );
    expect(lost).toEqual([]);
  });

  it('when a counter is asked for, then by how much it grows; and a gauge, then what it is', () => {
    const gaugesOverTime = ['process_start_time_seconds'];
    const wrong = selectors.filter(
      ({ metric, isRange }) => (known.get(metric)?.isCounter ?? false) !== isRange && !gaugesOverTime.includes(metric),
    );
    expect(wrong.map(({ where, metric }) => `${where}: ${metric}`)).toEqual([]);
  });

  it('when something can be chosen on a dashboard, then by a label that is there', () => {
    const choices = dashboards.flatMap(({ templating }) => templating.list);
    for (const { name, query } of choices) {
      const [, metric = '', label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
      expect(label).toBe(name);
      expect(known.get(metric)?.labels).toContain(name);
    }
  });
});

describe('alerts', () => {
  it('when they are listed, then each has a name of its own', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(alerts.map(({ alert, annotations }) => [alert, annotations.runbook_url] as const))(
    'when %s fires, then its runbook is there and speaks of it',
    (alert, url) => {
      const runbook = runbooks.find(({ name }) => url.endsWith(`/docs/runbooks/${name}.md`));
      expect(runbook?.text).toContain(`\`${alert}\``);
    },
  );

  it('when runbooks are listed, then each is named by an alert and has every part', () => {
    const named = new Set(alerts.map(({ annotations }) => annotations.runbook_url.split('/').at(-1)));
    expect(runbooks.map(({ name }) => `${name}.md`).filter((name) => !named.has(name))).toEqual([]);
    const parts = ['## Symptom', '## What users see', '## Check', '## Do', '## Why'];
    const incomplete = runbooks.filter(({ text }) => !parts.every((part) => text.includes(`\n${part}\n`)));
    expect(incomplete.map(({ name }) => name)).toEqual([]);
  });

  it('when a runbook names a metric, then there is one of that name', () => {
    const names = new Set([
      ...known.keys(),
      ...metricCatalogue().flatMap(({ metrics }) => metrics.map(({ name }) => name)),
    ]);
    const strange = runbooks.flatMap(({ name, text }) =>
      [...text.matchAll(/`([a-z]+(?:_[a-z0-9]+)+)(?:\{[^`]*\})?`/g)]
        .map(([, metric = '']) => metric)
        .filter((metric) => !names.has(metric))
        .map((metric) => `${name}: ${metric}`),
    );
    expect(strange).toEqual([]);
  });

  it('when they are tried, then in some scenario each fires, and scenarios have the series that alerts look at', () => {
    const fired = new Set(alertScenarios.scenarios.flatMap(({ fires }) => fires));
    expect(alerts.map(({ alert }) => alert).filter((alert) => !fired.has(alert))).toEqual([]);
    const series = alertScenarios.scenarios.flatMap(({ changes }) => Object.keys(changes));
    const strange = series.filter((each) => !(each in alertScenarios.healthy));
    expect(strange).toEqual([]);
    const unknown = Object.keys(alertScenarios.healthy)
      .flatMap((each) => parseQuery(each).selectors)
      .filter(({ metric, matchers }) => !matchers.every(({ label }) => known.get(metric)?.labels.includes(label)));
    expect(unknown).toEqual([]);
  });
});
