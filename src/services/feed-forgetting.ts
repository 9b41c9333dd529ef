import { setTimeout as sleep } from 'node:timers/promises';

export interface ForgettingDependencies {
  /** Forgets everything; rejects while that is not possible. */
  forget: () => Promise<void>;
  signal: AbortSignal;
}

const againMs = 100;

/** Sees to it that everything is forgotten, once for every `begin` and however long that takes; nobody waits for it. */
export const createForgetting = ({ forget, signal }: ForgettingDependencies) => {
  let wanted = 0;
  let done = 0;
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    while (done < wanted && !signal.aborted) {
      // Another `begin` meanwhile wants it once more.
      const until = wanted;
      try {
        await forget();
        done = until;
      } catch {
        await sleep(againMs, undefined, { signal }).catch(() => undefined);
      }
    }
    running = false;
  };

  return {
    begin: (): void => {
      wanted++;
      if (!running) void run();
    },
    isDone: (): boolean => done === wanted,
  };
};
