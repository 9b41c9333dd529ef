import { median } from '../bench/stats.js';
import type { Run } from '../bench/run.js';
import type { LineResult, Verdict } from '../bench/judge-line.js';
import type { Target } from '../bench/line.js';

/** Pads or cuts a text to a width. */
export const cell = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);

/** A rate or count with thousands apart, e.g. `14,210`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** As many digits as say something: `0.0004`, `0.83`, `7.2`, `48`. */
export const short = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return whole(value);
  return String(Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3)));
};

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : whole(value)} ms`;
const us = (value: number | null): string => (value === null ? '–' : `${whole(value)} µs`);

/** What only some runs have to say. */
const besidesOf = ({ hitShare, soldBeside, counted, mongoCommands, toldMs, ...run }: Run): string =>
  [
    hitShare == null ? '' : `  ${short(hitShare * 100)} % hits`,
    soldBeside === undefined ? '' : `  beside ${whole(soldBeside)} purchases/s`,
    counted ? `  MongoDB commands ${short(mongoCommands * 1000)} per 1000` : '',
    toldMs === undefined ? '' : `  all told after ${ms(toldMs)}`,
    run.memoryEndMiB === undefined ? '' : `  memory ${short(run.memoryEndMiB)} MiB`,
  ].join('');

/** One run or median in one line. */
export const figureOf = (run: Run): string =>
  run.rate === null
    ? `median ${ms(run.p50Ms)}, slowest ${ms(run.maxMs)}  CPU server ${us(run.serverCpuUs)}`
    : `${whole(run.rate)}/s  p99 ${ms(run.p99Ms)}  CPU server ${us(run.serverCpuUs)} mongod ${us(run.mongodCpuUs)}${besidesOf(run)}`;

const medianOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
};

/** What only some runs have, from those that have it. */
const medianBesides = (runs: readonly Run[]): Partial<Run> => {
  const quantities = ['soldBeside', 'toldMs', 'memoryEndMiB', 'memoryGrowth'] as const;
  const known = quantities.flatMap((name) => {
    const middle = medianOf(runs.map((run) => run[name] ?? null));
    return middle === null ? [] : [[name, middle] as const];
  });
  return {
    hitShare: medianOf(runs.map((run) => run.hitShare ?? null)),
    ...Object.fromEntries(known),
    ...(runs.some((run) => run.counted) ? { counted: true } : {}),
  };
};

/** The medians of a scenario's runs, quantity by quantity. */
export const medianRun = (runs: readonly Run[]): Run => ({
  ...medianBesides(runs),
  rate: medianOf(runs.map((run) => run.rate)),
  p50Ms: median(runs.map((run) => run.p50Ms)),
  p99Ms: median(runs.map((run) => run.p99Ms)),
  maxMs: Math.max(...runs.map((run) => run.maxMs)),
  serverCpuUs: medianOf(runs.map((run) => run.serverCpuUs)),
  mongodCpuUs: medianOf(runs.map((run) => run.mongodCpuUs)),
  mongoCommands: median(runs.map((run) => run.mongoCommands)),
  mongoWrites: median(runs.map((run) => run.mongoWrites)),
  statuses: {},
  faults: runs.flatMap((run) => run.faults),
});

/** What a target asks, e.g. `>= 7` or `<= 60 ms`. */
export const wish = ({ atLeast, atMost, unit = '' }: Target): string =>
  atLeast === undefined ? `≤ ${short(atMost ?? NaN)}${unit && ` ${unit}`}` : `≥ ${short(atLeast)}${unit && ` ${unit}`}`;

/** What was measured, a ratio with its sign or a figure with its unit. */
export const measured = ({ target, value }: Verdict): string =>
  target.by === null ? `${short(value)}${target.unit ? ` ${target.unit}` : ''}` : `${short(value)}×`;

/** The least and the most of all rounds. */
export const spread = ({ perRound }: Verdict): string =>
  `${short(Math.min(...perRound))}–${short(Math.max(...perRound))}`;

/** The server's CPU per answer of the two that are compared, or of the one; empty where none is known. */
export const cpuOf = ({ target }: Verdict, runs: ReadonlyMap<string, readonly Run[]>): string => {
  const costs = [target.of, ...(target.by === null ? [] : [target.by])].map((id) => {
    const rounds = runs.get(id) ?? [];
    return rounds.length === 0 ? null : medianRun(rounds).serverCpuUs;
  });
  return costs.every((cost) => cost === null)
    ? ''
    : `${costs.map((cost) => (cost === null ? '–' : short(cost))).join(' / ')} µs`;
};

/** Whether one promise was kept, and what is to be known about that. */
export const verdictState = ({ met }: Verdict, { note }: LineResult): string =>
  `${met ? 'met' : 'below'}${note === undefined ? '' : ` (${note})`}`;

/** One word for a whole line. */
export const stateOf = (result: LineResult): 'met' | 'below' | 'no figure' => {
  if (result.faults.length > 0) return 'no figure';
  return result.verdicts.every((verdict) => verdict.met) ? 'met' : 'below';
};
