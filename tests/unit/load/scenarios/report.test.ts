import { lineChart, roundAbove, thinned } from '../../../../load/report/line-chart.js';
import { toLoadHtml } from '../../../../load/report/load-html.js';
import { toLoadSvg } from '../../../../load/report/load-svg.js';
import { toLoadTerminal } from '../../../../load/report/load-terminal.js';
import { createBook } from '../../../../load/scenarios/book.js';
import type { LoadReport } from '../../../../load/scenarios/load-report.js';
import { isSound } from '../../../../load/scenarios/sound.js';

const book = createBook();
book.enter({ action: 'purchase', status: 201, code: '', latencyMs: 3 });
book.enter({ action: 'purchase', status: 503, code: 'UNAVAILABLE', latencyMs: 9 });

const report: LoadReport = {
  ...{ tool: 'autocannon', scenario: 'drop', about: 'a <b> & c', startedAt: '2026-01-01T00:00:00.000Z', seconds: 2 },
  ...{
    settings: { buyers: 5 },
    machine: null,
    intervals: [book.closeInterval(1), book.closeInterval(2)],
    ...book.totals(),
  },
  samples: [
    { atSeconds: 0, values: { stock: 5, sold: 0, rssMiB: 100 } },
    { atSeconds: 2, values: { stock: 3, sold: 2, rssMiB: 101 } },
  ],
  thresholds: [{ label: '99th percentile, ms', wish: '≤ 1', measured: 3, met: false }],
  trends: [
    { label: 'resident memory', unit: 'MiB', first: 100, last: 101, slopePerHour: 1, growthShare: 0.01, flat: true },
  ],
  audit: {
    received: 5,
    stock: 3,
    reserved: 0,
    sold: 2,
    purchases: 1,
    orders: 0,
    unknown: 0,
    faults: ['one <line> too many'],
  },
  notes: [],
};

describe('the report of a load', () => {
  it('when it is a page, then it has the plots, the verdicts and the outcomes, escaped, and asks nobody for anything', () => {
    const page = toLoadHtml(report);
    expect(page).toContain('a &lt;b&gt; &amp; c');
    expect(page).toContain('one &lt;line&gt; too many');
    expect(page).toContain('purchase: 503 UNAVAILABLE');
    expect(page).toContain('missed');
    expect(page.match(/<svg /g)?.length).toBeGreaterThanOrEqual(5);
    expect(page).not.toMatch(/<script|(?:src|href)=/);
    expect(page).not.toContain('NaN');
  });
  it('when it is a picture, then it has the plots that were asked for and its own colours', () => {
    const picture = toLoadSvg(report, ['Memory', 'Answers']);
    expect(picture.match(/<svg /g)).toHaveLength(3);
    expect(picture).toContain('--s1: #2563eb');
  });
  it('when something was missed, then the terminal says so', () => {
    const text = toLoadTerminal(report);
    expect(text).toContain('MISSED');
    expect(text).toContain('NOT CLEAN');
    expect(text).toContain('Not all that was asked was met.');
  });
  it('when all was met, all is flat and the audit is clean, then it is sound, and only then', () => {
    const clean = { received: 1, stock: 1, reserved: 0, sold: 0, purchases: 0, orders: 0, unknown: 0, faults: [] };
    const sound = { thresholds: [], trends: report.trends, audit: clean };
    expect(isSound(sound)).toBe(true);
    expect(isSound({ ...sound, audit: null })).toBe(true);
    expect(isSound({ ...sound, thresholds: report.thresholds })).toBe(false);
    expect(isSound({ ...sound, trends: report.trends.map((trend) => ({ ...trend, flat: false })) })).toBe(false);
    expect(isSound({ ...sound, audit: report.audit })).toBe(false);
  });
});

describe('lineChart', () => {
  it('when there is nothing to draw, then it is empty', () => {
    expect(lineChart({ title: 't', unit: '', series: [{ label: 'a', points: [] }] })).toBe('');
  });
  it('when values span powers of ten, zero and one point among them, then every coordinate is a number', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 0.01 },
      { x: 2, y: 5_000 },
    ];
    for (const series of [[{ label: 'a', points }], [{ label: 'a', points: points.slice(0, 1) }]]) {
      expect(lineChart({ title: 't', unit: 'ms', series, logarithmic: true })).not.toMatch(/NaN|Infinity/);
    }
  });
  it('when there are many points, then every peak stays', () => {
    const points = Array.from({ length: 5_000 }, (_, x) => ({ x, y: x === 3_333 ? 99 : x % 2 }));
    const kept = thinned(points, 400);
    expect(kept.length).toBeLessThanOrEqual(402);
    expect(kept.some(({ y }) => y === 99)).toBe(true);
  });
  it('when a scale is sought, then it ends at a figure above', () => {
    expect([0, 0.7, 1, 11, 250, 2_401].map(roundAbove)).toEqual([1, 0.8, 1, 12, 320, 3_200]);
  });
});
