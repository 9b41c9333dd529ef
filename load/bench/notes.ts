import type { Settings } from './flags.js';
import type { LineResult } from './judge-line.js';
import { comparedIn, lastingMinutes } from './lines.js';
import { isLasting } from './rounds.js';
import { scenarios } from './scenarios.js';

const lasting = new Set(scenarios.filter(isLasting).map(({ id }) => id));

/** Marks what was not measured for as long as its line says. */
export const withNote = (result: LineResult, { minutes }: Pick<Settings, 'minutes'>): LineResult =>
  minutes < lastingMinutes && comparedIn(result.line).some((id) => lasting.has(id))
    ? { ...result, note: `short: ${String(minutes)} of ${String(lastingMinutes)} minutes` }
    : result;
