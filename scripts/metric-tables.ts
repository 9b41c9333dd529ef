import type { CatalogueGroup, CatalogueMetric } from './metric-catalogue.js';

/** What the end of a name says of the figure, by Prometheus' conventions. */
const units: readonly (readonly [string, string])[] = [
  ['_seconds', 'seconds'],
  ['_seconds_total', 'seconds'],
  ['_bytes', 'bytes'],
  ['_total', 'count'],
  ['_info', '1'],
];

const unitOf = ({ name, help }: CatalogueMetric): string =>
  units.find(([end]) => name.endsWith(end))?.[1] ?? (help.startsWith('1 ') ? '0 or 1' : 'count');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => `\`${text}\``;

const rowOf = (metric: CatalogueMetric): string => {
  const labels = metric.labels.map(code).join(', ') || '–';
  return `| ${code(metric.name)} | ${metric.type} | ${unitOf(metric)} | ${labels} | ${cell(metric.help)} |`;
};

const sectionOf = ({ title, metrics }: CatalogueGroup): string =>
  [
    `## ${title}`,
    '',
    '| name | type | unit | labels | what it is |',
    '| --- | --- | --- | --- | --- |',
    ...metrics.map(rowOf),
    '',
  ].join('\n');

const marked = /(<!-- metrics:begin -->)[^]*(<!-- metrics:end -->)/;

/** `docs/metrics.md` with its tables made anew. */
export const withTables = (text: string, catalogue: readonly CatalogueGroup[]): string =>
  text.replace(marked, (_, begin: string, end: string) => `${begin}\n\n${catalogue.map(sectionOf).join('\n')}\n${end}`);
