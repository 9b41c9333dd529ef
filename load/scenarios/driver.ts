import { lengthMsOf, nextDueMs } from './pace.js';
import type { Rider } from './rider.js';
import type { Pace } from './scenario.js';

export interface DriverDeps {
  pace: Pace;
  connections: number;
  /** Milliseconds from the start of the load. */
  now: () => number;
}

/** Requests that are late by more than this are left out, and counted, instead of making the next ones late too. */
const lateMsMax = 10_000;
const lookMs = 20;
/** So many requests in a row without an answer: nobody is there, and to go on would be to hammer at a closed door. */
const lostInRowMax = 1_000;

/** Tells connections when to send, and sees that all come to an end. */
export const createDriver = ({ pace, connections, now }: DriverDeps) => {
  const waiting = new Set<Rider>();
  const endMs = pace.kind === 'open' ? Infinity : lengthMsOf(pace);
  let lostInRow = 0;
  let dueMs: number | null = 0;
  let skipped = 0;
  let over = false;

  const stop = (): void => {
    over = true;
  };
  /** Sends what is due as long as somebody is free to send it. */
  const sendDue = (): void => {
    if (pace.kind !== 'open') return;
    const nowMs = now();
    while (dueMs !== null && dueMs <= nowMs) {
      if (nowMs - dueMs > lateMsMax) skipped++;
      else {
        const [rider] = waiting;
        if (rider === undefined) return;
        waiting.delete(rider);
        if (!rider.send(dueMs)) stop();
      }
      dueMs = nextDueMs(pace.stages, dueMs);
    }
    if (dueMs === null) stop();
  };

  const idle = (rider: Rider): void => {
    if (pace.kind === 'open') {
      waiting.add(rider);
      if (!over) sendDue();
      return;
    }
    if (over || now() >= endMs || !rider.send(now())) waiting.add(rider);
    else waiting.delete(rider);
  };

  return {
    idle,
    ended: (answered: boolean): void => {
      lostInRow = answered ? 0 : lostInRow + 1;
      if (lostInRow >= lostInRowMax) stop();
    },
    skipped: (): number => skipped,
    /** Resolves when the last request is answered, or when answers have been waited for as long as that. */
    run: (drainMsMax: number): Promise<void> =>
      new Promise((resolve) => {
        let drainedMs: number | null = null;
        const look = (): void => {
          if (!over) sendDue();
          if (now() >= endMs) stop();
          if (over) drainedMs ??= now() + drainMsMax;
          const rested = waiting.size === connections && (over || pace.kind !== 'open');
          if (rested || (drainedMs !== null && now() >= drainedMs)) {
            clearInterval(timer);
            resolve();
          }
        };
        const timer = setInterval(look, pace.kind === 'open' ? 2 : lookMs);
      }),
  };
};
