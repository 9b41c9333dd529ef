/** The few kinds of panel that the dashboards have, in Grafana's JSON. */

export interface Query {
  expr: string;
  /** As Grafana writes it: `{{outcome}}`. */
  legend: string;
}

/** Units by Grafana's ids; https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
export type Unit = 's' | 'bytes' | 'reqps' | 'ops' | 'short' | 'percentunit' | 'bool_on_off';

export interface PanelOptions {
  title: string;
  unit: Unit;
  queries: readonly Query[];
  /** What a reader should know who sees it for the first time. */
  description?: string;
}

export interface Panel {
  type: 'timeseries' | 'stat';
  /** Of 24 columns. */
  width: number;
  height: number;
  options: PanelOptions;
}

export interface Row {
  title: string;
  panels: readonly Panel[];
}

export const plot = (options: PanelOptions): Panel => ({ type: 'timeseries', width: 8, height: 8, options });
export const figure = (options: PanelOptions): Panel => ({ type: 'stat', width: 4, height: 4, options });

/** Growth a second. `match` narrows it, as in `outcome="done"`. */
export const rate = (metric: string, by = '', match = ''): string =>
  `sum${by === '' ? '' : ` by (${by})`} (rate(${metric}{${match}}[$__rate_interval]))`;

const quantileOf = (quantile: number, histogram: string, by: string, match: string): string =>
  `histogram_quantile(${quantile}, sum by (${['le', by].filter(Boolean).join(', ')}) (rate(${histogram}_bucket{${match}}[$__rate_interval])))`;

/** One quantile of a histogram, a line for each value of `by`. */
export const quantile = (of: number, histogram: string, by: string, match = ''): Query => ({
  expr: quantileOf(of, histogram, by, match),
  legend: by === '' ? `p${of * 100}` : `{{${by}}}`,
});

/** Median, 95th and 99th percentile of a histogram. */
export const quantiles = (histogram: string, match = ''): Query[] =>
  [0.5, 0.95, 0.99].map((of) => quantile(of, histogram, '', match));

const datasource = { type: 'prometheus', uid: 'prometheus' } as const;

const targetsOf = (queries: readonly Query[]) =>
  queries.map(({ expr, legend }, index) => ({
    datasource,
    refId: String.fromCharCode(65 + index),
    expr,
    legendFormat: legend,
  }));

const shapeOf = (type: Panel['type']) =>
  type === 'stat'
    ? { reduceOptions: { calcs: ['lastNotNull'] }, graphMode: 'area', colorMode: 'value' }
    : {
        legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
        tooltip: { mode: 'multi' },
      };

interface Place {
  x: number;
  y: number;
}

const panelJson = ({ type, width: w, height: h, options }: Panel, id: number, { x, y }: Place) => ({
  id,
  type,
  title: options.title,
  description: options.description ?? '',
  datasource,
  gridPos: { x, y, w, h },
  fieldConfig: { defaults: { unit: options.unit, min: 0, custom: {} }, overrides: [] },
  options: shapeOf(type),
  targets: targetsOf(options.queries),
});

const columns = 24;

/** Rows of panels from left to right, each row below the one before it. */
const laidOut = (rows: readonly Row[]) => {
  const made: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    made.push({
      id: made.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: columns, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of panels) {
      if (x + panel.width > columns) {
        x = 0;
        y += height;
        height = 0;
      }
      made.push(panelJson(panel, made.length + 1, { x, y }));
      x += panel.width;
      height = Math.max(height, panel.height);
    }
    y += height;
  }
  return made;
};

/** Something to choose at the top: a label of `metric`. */
export interface Choice {
  label: string;
  metric: string;
}

const variableOf = ({ label, metric }: Choice) => ({
  name: label,
  type: 'query',
  datasource,
  query: { query: `label_values(${metric}, ${label})`, refId: label },
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: ['All'], value: ['$__all'] },
});

export interface DashboardOptions {
  uid: string;
  title: string;
  description: string;
  choices?: readonly Choice[];
  rows: readonly Row[];
}

export const dashboard = ({ uid, title, description, choices = [], rows }: DashboardOptions) => ({
  uid,
  title,
  description,
  tags: ['stockroom'],
  editable: false,
  schemaVersion: 39,
  version: 1,
  refresh: '10s',
  time: { from: 'now-1h', to: 'now' },
  timezone: 'browser',
  links: [{ type: 'dashboards', tags: ['stockroom'], title: 'Stockroom', asDropdown: false, keepTime: true }],
  templating: { list: choices.map(variableOf) },
  panels: laidOut(rows),
});
