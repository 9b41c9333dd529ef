import { unavailable } from './errors.js';

export interface GroupOptions<T, R> {
  /** Works a batch off; what it brings is in the order of `items`. A rejection is everybody's. */
  run: (items: readonly T[]) => Promise<readonly R[]>;
  batchMax: number;
  /** The most that may wait; whoever comes then is turned away. */
  waitingMax: number;
  /** Who has waited so long before their batch begins is turned away. */
  waitMsMax?: number;
}

interface Waiting<T, R> {
  item: T;
  sinceMs: number;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Works off what comes one batch at a time: the next one gathers while one is on its way, so nobody waits for a timer, and the busier
 * it gets the less each costs.
 */
export const createGroup = <T, R>({ run, batchMax, waitingMax, waitMsMax = 3_000 }: GroupOptions<T, R>) => {
  const waiting: Waiting<T, R>[] = [];
  let working: Promise<void> | null = null;

  const runBatch = async (batch: readonly Waiting<T, R>[]): Promise<void> => {
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        if (index < results.length) resolve(results[index] as R);
        else reject(new Error('A batch has brought fewer results than it had items.'));
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const work = async (): Promise<void> => {
    // What comes in the same turn of the loop is in the first batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const now = performance.now();
      const batch = waiting.splice(0, batchMax).filter(({ sinceMs, reject }) => {
        if (now - sinceMs <= waitMsMax) return true;
        reject(unavailable(1));
        return false;
      });
      if (batch.length > 0) await runBatch(batch);
    }
    working = null;
  };

  return {
    /** @throws AppError UNAVAILABLE when too many wait or the wait was too long, and then nothing was done; else what `run` throws */
    submit: (item: T): Promise<R> => {
      if (waiting.length >= waitingMax) return Promise.reject(unavailable(1));
      const result = new Promise<R>((resolve, reject) => {
        waiting.push({ item, sinceMs: performance.now(), resolve, reject });
      });
      working ??= work();
      return result;
    },
    waiting: (): number => waiting.length,
    /** Resolves when nothing is waiting or on its way any more. */
    idle: async (): Promise<void> => {
      while (working) await working;
    },
  };
};

export type Group<T, R> = Pick<ReturnType<typeof createGroup<T, R>>, 'submit'>;
