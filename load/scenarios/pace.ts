import type { Pace, Stage } from './scenario.js';

/** Requests a second at this moment, ms from the start; null once the last stage is over. */
export const rateAt = (stages: readonly Stage[], atMs: number): number | null => {
  let beginMs = 0;
  for (const { seconds, from, to } of stages) {
    const lengthMs = seconds * 1000;
    if (atMs < beginMs + lengthMs) return from + ((to - from) * (atMs - beginMs)) / lengthMs;
    beginMs += lengthMs;
  }
  return null;
};

/** When the request behind the one of this moment is due, ms from the start; null once the last stage is over. */
export const nextDueMs = (stages: readonly Stage[], atMs: number): number | null => {
  const rate = rateAt(stages, atMs);
  return rate === null ? null : atMs + 1000 / rate;
};

/** How long a scenario sends requests at most, ms. */
export const lengthMsOf = (pace: Pace): number => {
  switch (pace.kind) {
    case 'open':
      return pace.stages.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
    case 'closed':
      return pace.seconds * 1000;
    case 'once':
      return pace.secondsMax * 1000;
  }
};
