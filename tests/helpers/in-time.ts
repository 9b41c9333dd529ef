import { waitFor } from './wait-for.js';

/** How a missed bound begins: scripts/test-again.mjs measures a file once more when all of its failures begin so. */
const mark = '[timing]';
const waitMsMax = 60_000;

/**
 * A claim about time: how long something took, or how much was done in a while. The bound holds as it stands; a miss is marked as
 * one of time, so that it can be measured once more on a quiet machine, which a failed claim of correctness never is
 * (docs/decisions/023-bounds-in-time.md). Put these claims last in a test: a miss must not hide anything worse.
 *
 * @param figure what was measured; one that is no finite number was not measured, and fails as an assertion of correctness does
 * @param what what was measured, for the message
 * @param unit what the figure is given in
 */
export const expectInTime = (figure: number, what: string, unit = 'ms') => {
  const claim = (holds: boolean, relation: string, bound: number): void => {
    if (!Number.isFinite(figure) || !Number.isFinite(bound))
      throw new Error(`${what}: ${figure} against ${bound} is no measurement`);
    if (!holds)
      throw new Error(`${mark} ${what}: ${rounded(figure)} ${unit}, must be ${relation} ${rounded(bound)} ${unit}`);
  };
  return {
    toBeLessThan: (bound: number) => claim(figure < bound, 'less than', bound),
    toBeLessThanOrEqual: (bound: number) => claim(figure <= bound, 'at most', bound),
    toBeGreaterThan: (bound: number) => claim(figure > bound, 'more than', bound),
    toBeGreaterThanOrEqual: (bound: number) => claim(figure >= bound, 'at least', bound),
  };
};

/**
 * Waits for what comes about only while this machine is quick enough, as the cache is used only while Redis answers within 50 ms: that it
 * does not is a miss of time. For anything else there is `waitFor`.
 */
export const waitInTime = async <T>(condition: () => T | Promise<T>, what: string): Promise<NonNullable<T>> => {
  try {
    return await waitFor(condition, { what, deadlineMs: waitMsMax });
  } catch (error) {
    throw new Error(`${mark} ${error instanceof Error ? error.message : String(error)}`);
  }
};

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
