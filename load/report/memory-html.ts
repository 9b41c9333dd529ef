import { escapeXml } from './escape.js';
import { short } from './format.js';
import type { Results } from './results.js';

const width = 900;
const height = 160;
const left = 44;
const bottom = 20;
const pointsMax = 300;

/** Resident memory over the time of the load that lasts; empty where it was not run. */
export const memorySection = ({ runs }: Pick<Results, 'runs'>): string => {
  const samples = [...runs.values()].flat().find(({ memory }) => memory !== undefined)?.memory ?? [];
  const last = samples.at(-1);
  if (last === undefined) return '';
  const most = Math.max(...samples.map(({ mib }) => mib)) * 1.1;
  const step = Math.ceil(samples.length / pointsMax);
  const points = samples
    .filter((_, index) => index % step === 0)
    .map(({ second, mib }) => {
      const x = left + (second / last.second) * (width - left - 8);
      return `${x.toFixed(1)},${((1 - mib / most) * (height - bottom)).toFixed(1)}`;
    });
  const title = 'Resident memory of the service under line 1’s load, MiB';
  return `<h2>${escapeXml(title)}</h2>
<div class="wide"><svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeXml(title)}">
<text class="soft" x="${left - 6}" y="12" text-anchor="end">${short(most)}</text><text class="soft" x="${left - 6}" y="${height - bottom}" text-anchor="end">0</text>
<line x1="${left}" x2="${width}" y1="${height - bottom}" y2="${height - bottom}" style="stroke:var(--line)"/>
<text class="soft" x="${width - 8}" y="${height - 4}" text-anchor="end">${short(last.second / 60)} min</text>
<polyline points="${points.join(' ')}" style="fill:none;stroke:var(--ours);stroke-width:1.5"/></svg></div>`;
};
