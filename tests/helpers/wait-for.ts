import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds until it counts as never: no claim about how soon, which is for `expectInTime`, and so as long as a busy machine may take. */
  deadlineMs?: number;
  intervalMs?: number;
  /** What is waited for, for the failure's message. */
  what?: string;
}

/** Waits until `condition` gives something truthy (a throw counts as not yet), and returns that. */
export const waitFor = async <T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 40_000, intervalMs = 20, what = 'the condition' }: WaitOptions = {},
): Promise<NonNullable<T>> => {
  const deadline = Date.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what} did not come about within ${deadlineMs} ms; last seen: ${String(last)}`);
    }
    await sleep(intervalMs);
  }
};
