import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { escapeXml } from '../report/escape.js';
import { palette } from '../report/style.js';
import { barChart, type Bar } from '../report/svg.js';
import { kindFigures, totals, type KindFigures } from './figures.js';
import { noLoad, type RunResult } from './result.js';
import { toMarkdown } from './summary-text.js';

/** More would not be told apart. */
const dotsMax = 40;
const titleHeight = 34;

/** Every n-th, so that at most `dotsMax` are left. */
const thinned = (points: readonly number[]): number[] => {
  const step = Math.max(1, Math.ceil(points.length / dotsMax));
  return points.filter((_each, index) => index % step === 0);
};

const barOf = ({ kind, runs, pausesMs, pauseMsMedian }: KindFigures): Bar => ({
  label: `${kind} (${String(runs)} runs)`,
  value: pauseMsMedian / 1_000,
  points: thinned(pausesMs).map((ms) => ms / 1_000),
  text: `${(pauseMsMedian / 1_000).toFixed(1)} s`,
  ours: true,
});

/** The longest pause between two successful writes, by kind of fault: a bar for the median of its runs, a dot for a run. */
const toSvg = (figures: readonly KindFigures[]): string => {
  const title = 'Longest pause between two successful writes, by kind of fault: median of its runs, and single runs';
  const plot = barChart(title, figures.map(barOf));
  const [, width = '950', high = '0'] = /viewBox="0 0 (\d+) (\d+)"/.exec(plot) ?? [];
  const height = Number(high) + titleHeight;
  const style = `${palette('svg')} text { font: 13px system-ui, sans-serif; fill: var(--ink); } .soft { fill: var(--soft); }`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${String(height)}" width="${width}" height="${String(height)}" role="img" aria-label="${escapeXml(title)}">` +
    `<style>${style}</style><rect width="${width}" height="${String(height)}" style="fill:var(--page)"/><text x="14" y="22">${escapeXml(title)}</text>` +
    `${plot.replace('<svg ', `<svg x="0" y="${String(titleHeight)}" height="${high}" `)}</svg>\n`
  );
};

/** A count that came later than the result is 0 in it. */
const resultOf = (line: string): RunResult => {
  const result = JSON.parse(line) as RunResult;
  return { ...result, load: { ...noLoad, ...result.load } };
};

/** What `--results` has collected; a line that was cut off in the middle is no result. */
export const readResults = (file: string): RunResult[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [resultOf(line)];
      } catch {
        return [];
      }
    });

/** Writes `faults.md`, `faults.json` and `faults.svg` of these runs into a folder. */
export const writeSummary = async (results: readonly RunResult[], folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const sorted = [...results].sort((one, other) => one.seed - other.seed);
  const figures = kindFigures(sorted);
  writeFileSync(join(folder, 'faults.svg'), toSvg(figures));
  const text = toMarkdown(sorted, figures, totals(sorted));
  writeFileSync(join(folder, 'faults.md'), await format(text, { parser: 'markdown', printWidth: 120 }));
  // A line for each run, so that a longer series is a longer file and no other one.
  writeFileSync(join(folder, 'faults.json'), `[\n${sorted.map((run) => JSON.stringify(run)).join(',\n')}\n]\n`);
};
