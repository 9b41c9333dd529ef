import { escapeXml } from './escape.js';
import { short } from './format.js';
import type { HistoryEntry, HistoryVerdict } from './history.js';

/** The newest runs that are drawn. */
const runsMax = 40;
const width = 300;
const height = 74;
const edge = 8;

interface Point extends HistoryVerdict {
  at: string;
  commit: string | null;
}

const plot = (points: readonly Point[], limit: number): string => {
  const most = Math.max(limit, ...points.flatMap(({ value, range }) => [value ?? 0, range?.[1] ?? 0])) * 1.1;
  const x = (index: number): number =>
    points.length === 1 ? width / 2 : edge + (index / (points.length - 1)) * (width - 2 * edge);
  const y = (value: number): number => height - edge - (value / most) * (height - 2 * edge);
  const at = (value: number): string => value.toFixed(1);
  const known = points.flatMap((point, index) =>
    point.value === null ? [] : [{ ...point, index, value: point.value }],
  );
  const path = known.map(({ index, value }) => `${at(x(index))},${at(y(value))}`).join(' ');
  const marks = known.map(({ index, value, range, state, text, commit, ...point }) => {
    const colour = state === 'met' ? 'good' : 'bad';
    const title = `<title>${escapeXml(`${point.at.slice(0, 16)} ${commit ?? ''}: ${text}`)}</title>`;
    const whisker =
      range === null
        ? ''
        : `<line x1="${at(x(index))}" x2="${at(x(index))}" y1="${at(y(range[0]))}" y2="${at(y(range[1]))}" style="stroke:var(--soft)"/>`;
    return `<g>${title}${whisker}<circle cx="${at(x(index))}" cy="${at(y(value))}" r="3.5" style="fill:var(--${colour})"/></g>`;
  });
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="over the runs">` +
    `<line x1="0" x2="${width}" y1="${at(y(0))}" y2="${at(y(0))}" style="stroke:var(--line)"/>` +
    `<line x1="0" x2="${width}" y1="${at(y(limit))}" y2="${at(y(limit))}" style="stroke:var(--ink)" stroke-dasharray="4 3" opacity=".6"/>` +
    `<polyline points="${path}" style="fill:none;stroke:var(--ours)"/>${marks.join('')}</svg>`
  );
};

/** Each line over the runs: a dot a run, from least to most of its rounds a stroke, the target dashed. */
export const historySection = (history: readonly HistoryEntry[]): string => {
  const runs = history.slice(-runsMax);
  if (runs.length === 0) return '';
  const ids = [...new Set(runs.flatMap(({ verdicts }) => verdicts.map(({ id }) => id)))];
  const cards = ids.map((id) => {
    const points = runs.flatMap(({ at, commit, verdicts }) =>
      verdicts.filter((verdict) => verdict.id === id).map((verdict): Point => ({ ...verdict, at, commit })),
    );
    const last = points.at(-1);
    if (last === undefined) return '';
    const said = `${id}: ${last.text}, ${last.state}, target ${last.target}`;
    return `<figure><figcaption title="${escapeXml(last.work)}">${escapeXml(said)}</figcaption>${plot(points, last.limit)}</figure>`;
  });
  const rows = runs
    .toReversed()
    .map(({ at, commit, machine, loadAtStart, rounds, seconds, verdicts }) => {
      const met = verdicts.filter(({ state }) => state === 'met').length;
      return `<tr><td>${escapeXml(at.slice(0, 16))}</td><td>${escapeXml(commit ?? '–')}</td><td>${met} of ${verdicts.length}</td><td>${rounds} × ${short(seconds)} s</td><td>${short(loadAtStart)}</td><td>${escapeXml(machine)}</td></tr>`;
    })
    .join('\n');
  return `<h2>Over the runs</h2>
<div class="cards">${cards.join('\n')}</div>
<div class="wide"><table><thead><tr><th>run</th><th>commit</th><th>targets met</th><th>rounds</th><th>load before</th><th>machine</th></tr></thead><tbody>${rows}</tbody></table></div>`;
};
