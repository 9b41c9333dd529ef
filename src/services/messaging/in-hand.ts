const patienceMsDefault = 3_000;
const lastWordMs = 500;

/** The work that is under way, so that an orderly stop can wait for it: `patienceMs`, and half a second after saying so. */
export const createInHand = (patienceMs = patienceMsDefault) => {
  const tasks = new Set<Promise<void>>();
  const stop = new AbortController();

  const settled = async (ms: number): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.allSettled(tasks), late]).finally(() => clearTimeout(timer));
  };

  return {
    /** Fires when the wait for what is under way is over. */
    signal: stop.signal,
    size: (): number => tasks.size,
    add: (task: Promise<void>): void => {
      const tracked = task.catch(() => undefined).finally(() => tasks.delete(tracked));
      tasks.add(tracked);
    },
    /** Waits for what is under way, then tells it to give up, and waits a moment more. */
    drain: async (): Promise<void> => {
      await settled(patienceMs);
      stop.abort();
      await settled(lastWordMs);
    },
  };
};
