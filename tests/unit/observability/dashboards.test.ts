import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { dashboardFiles } from '../../../scripts/dashboards/files.js';
import { alerts, dashboards } from '../../helpers/observability.js';
import { parseQuery } from '../../helpers/promql.js';

const readYaml = (path: string): unknown =>
  parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as unknown;
const compose = readYaml('docker-compose.yml') as { services: Record<string, { volumes?: string[] }> };
const mountsOf = (service: string): string[] => compose.services[service]?.volumes ?? [];

describe('dashboards', () => {
  it.each(dashboardFiles().map(([file, text]) => [file.pathname.split('/').at(-1), file, text] as const))(
    'when %s is made anew, then it stays as it is (else: npm run dashboards)',
    (_name, file, text) => {
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
    },
  );

  it('when they are listed, then ids are used once, and no panel is empty', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual(['stockroom-overview', 'stockroom-processes']);
    for (const { panels } of dashboards) {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    }
    const panels = dashboards.flatMap((each) => each.panels);
    expect(panels.filter(({ targets }) => targets.some(({ expr }) => expr.trim() === ''))).toEqual([]);
  });

  it('when Grafana starts, then the folder that it reads is the one that is mounted, and the data source that of the panels', () => {
    const { providers } = readYaml('deploy/grafana/provisioning/dashboards/dashboards.yml') as {
      providers: { options: { path: string } }[];
    };
    expect(mountsOf('grafana')).toContain('./deploy/grafana/provisioning:/etc/grafana/provisioning:ro');
    expect(providers.map(({ options }) => options.path)).toEqual(['/etc/grafana/provisioning/dashboards']);
    const { datasources } = readYaml('deploy/grafana/provisioning/datasources/prometheus.yml') as {
      datasources: { uid: string }[];
    };
    const text = dashboardFiles()
      .map(([, json]) => json)
      .join('');
    const used = new Set(
      [...text.matchAll(/"datasource": \{\s*"type": "prometheus",\s*"uid": "(\w+)"/g)].map(([, uid]) => uid),
    );
    expect([...used]).toEqual(datasources.map(({ uid }) => uid));
  });

  it('when Prometheus starts, then it finds the alerts, and scrapes the job that they name', () => {
    const config = readYaml('deploy/prometheus/prometheus.yml') as {
      rule_files: string[];
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[] }[] }[];
    };
    expect(mountsOf('prometheus')).toContain('./deploy/prometheus:/etc/prometheus:ro');
    expect(config.rule_files).toEqual(['alerts.yml']);
    const named = alerts
      .flatMap(({ expr }) => parseQuery(expr).selectors)
      .flatMap(({ matchers }) => matchers.filter(({ label }) => label === 'job').map(({ value }) => value));
    expect([...new Set(named)]).toEqual(config.scrape_configs.map((job) => job.job_name));
    const scraped = config.scrape_configs.flatMap((job) => job.dns_sd_configs.flatMap(({ names }) => names));
    expect(scraped.filter((name) => !(name in compose.services))).toEqual([]);
  });
});
