import { fullJitterMs } from '../../utils/retry.js';

export interface LoopOptions {
  /** One round; @returns how long to wait for the next, in milliseconds. A throw is logged and tried again with back-off. */
  step: () => Promise<number>;
  /** For the log. */
  what: string;
  logger: { warn: (fields: object, message: string) => void };
}

const backOffBaseMs = 50;
const backOffCapMs = 2_000;

/** Runs a step again and again, never two at a time, until it is stopped. */
export const createLoop = ({ step, what, logger }: LoopOptions) => {
  const state = { stopping: false, woken: false };
  const mayWait = () => !state.stopping && !state.woken;
  let endWait: (() => void) | undefined;
  let running: Promise<void> | undefined;

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => endWait?.(), ms);
      timer.unref();
      endWait = () => {
        clearTimeout(timer);
        endWait = undefined;
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    for (let faults = 0; !state.stopping;) {
      state.woken = false;
      let waitMs: number;
      try {
        waitMs = await step();
        faults = 0;
      } catch (error) {
        if (faults === 0) logger.warn({ err: error, what }, 'a background step failed; trying again');
        waitMs = 20 + fullJitterMs(faults++, backOffBaseMs, backOffCapMs);
        state.woken = false;
      }
      if (waitMs > 0 && mayWait()) await wait(waitMs);
      // A loop without a wait must let the rest of the process have its turn.
      else await new Promise((resolve) => setImmediate(resolve));
    }
  };

  return {
    start: (): void => {
      running ??= run();
    },
    /** Begins the next round now, or right after the present one. */
    wake: (): void => {
      state.woken = true;
      endWait?.();
    },
    /** Waits for the round that is under way. */
    stop: async (): Promise<void> => {
      state.stopping = true;
      endWait?.();
      await running;
    },
  };
};
