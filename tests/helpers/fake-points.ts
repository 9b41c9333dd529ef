import type { SharedPoints, Taken } from '../../src/services/rate-limit/shared-points.js';

/** How the fake answers: at once; when it is let go; with an error; or not at all, as it need not be asked. */
export type PointsMode = 'answers' | 'holds' | 'fails' | 'is shut';

/** A clock that stands still until it is moved, in milliseconds. */
export const createClock = () => {
  let nowMs = 1_000_000;
  return {
    now: (): number => nowMs,
    pass: (ms: number): void => {
      nowMs += ms;
    },
  };
};

/** Counts as Redis does, in windows of a minute. */
export const createFakePoints = (now: () => number) => {
  const windows = new Map<string, { consumed: number; endsMs: number }>();
  const taken: number[] = [];
  const held: (() => void)[] = [];
  let mode: PointsMode = 'answers';

  const count = (key: string, points: number): Taken => {
    const known = windows.get(key);
    const window = known !== undefined && known.endsMs > now() ? known : { consumed: 0, endsMs: now() + 60_000 };
    window.consumed += points;
    windows.set(key, window);
    return { consumed: window.consumed, msLeft: window.endsMs - now() };
  };

  const shared: SharedPoints = {
    take: (key, points) => {
      if (mode === 'is shut') return undefined;
      taken.push(points);
      if (mode === 'fails') return Promise.reject(new Error('the fake fails'));
      if (mode === 'answers') return Promise.resolve(count(key, points));
      return new Promise((resolve) => held.push(() => resolve(count(key, points))));
    },
  };

  return {
    shared,
    /** The points of each question, in order. */
    taken,
    set: (next: PointsMode): void => {
      mode = next;
    },
    /** Answers what has been held. */
    letGo: (): void => {
      for (const answer of held.splice(0)) answer();
    },
    consumed: (key: string): number => windows.get(key)?.consumed ?? 0,
  };
};
