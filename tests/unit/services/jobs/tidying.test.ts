import { jest } from '@jest/globals';
import { createTidying } from '../../../../src/services/jobs/tidying.js';

const minuteMs = 60_000;

const setUp = (tidy: () => Promise<void>) => {
  const warnings: object[] = [];
  return { tidying: createTidying({ tidy, logger: { warn: (fields) => void warnings.push(fields) } }), warnings };
};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

describe('tidying', () => {
  it('when time passes, then it tidies up about once a minute, never twice within half of one', async () => {
    const times: number[] = [];
    const { tidying } = setUp(() => Promise.resolve(void times.push(Date.now())));
    const startMs = Date.now();
    await jest.advanceTimersByTimeAsync(30 * minuteMs);

    const gaps = times.map((at, index) => at - (times[index - 1] ?? startMs));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(minuteMs / 2);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1.5 * minuteMs);
    expect(times.length).toBeGreaterThanOrEqual(20);
    await tidying.stop();
  });

  it('when one time takes long, then the next waits for it', async () => {
    let begun = 0;
    let release = (): void => undefined;
    const { tidying } = setUp(() => {
      begun++;
      return new Promise((resolve) => (release = resolve));
    });
    await jest.advanceTimersByTimeAsync(10 * minuteMs);
    expect(begun).toBe(1);
    release();
    await jest.advanceTimersByTimeAsync(2 * minuteMs);
    expect(begun).toBe(2);
    release();
    await tidying.stop();
  });

  it('when it fails, then that is logged, and it is tried again', async () => {
    let tries = 0;
    const fault = new Error('the database is away');
    const { tidying, warnings } = setUp(() => (tries++ === 0 ? Promise.reject(fault) : Promise.resolve()));
    await jest.advanceTimersByTimeAsync(5 * minuteMs);
    expect(tries).toBeGreaterThan(1);
    expect(warnings).toEqual([{ err: fault }]);
    await tidying.stop();
  });

  it('when it stops, then it waits for what is under way, and tidies up no more', async () => {
    let begun = 0;
    let release = (): void => undefined;
    const { tidying } = setUp(() => {
      begun++;
      return new Promise((resolve) => (release = resolve));
    });
    await jest.advanceTimersByTimeAsync(2 * minuteMs);
    let isStopped = false;
    const stopped = tidying.stop().then(() => (isStopped = true));
    await jest.advanceTimersByTimeAsync(minuteMs);
    expect(isStopped).toBe(false);
    release();
    await stopped;
    await jest.advanceTimersByTimeAsync(10 * minuteMs);
    expect(begun).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
