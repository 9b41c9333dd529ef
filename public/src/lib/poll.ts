import { backoffMs } from './backoff.js';

export interface PollOptions {
  everyMs: number;
  /** Does not run again before it has settled. */
  run: () => Promise<void>;
  /** Told of every failure; the next try then takes its time. */
  failed?: (error: unknown) => void;
  signal: AbortSignal;
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;

const failureWait = { baseMs: 2_000, capMs: 30_000 };

/** Does something again and again while somebody looks at the page: a hidden one rests, and looks at once when it is seen again. */
export const poll = ({ everyMs, run, failed, signal }: PollOptions): void => {
  let failures = 0;
  let running = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const again = (ms: number): void => {
    clearTimeout(timer);
    if (!signal.aborted && document.visibilityState === 'visible') timer = setTimeout(() => void turn(), ms);
  };
  const turn = async (): Promise<void> => {
    if (running || isOver(signal)) return;
    running = true;
    try {
      await run();
      failures = 0;
    } catch (error) {
      if (!isOver(signal)) failed?.(error);
      failures++;
    } finally {
      running = false;
      again(failures === 0 ? everyMs : backoffMs(failures - 1, failureWait));
    }
  };

  document.addEventListener('visibilitychange', () => again(0), { signal });
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  void turn();
};
