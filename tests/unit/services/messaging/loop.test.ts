import { jest } from '@jest/globals';
import { createLoop } from '../../../../src/services/messaging/loop.js';

const setUp = (step: () => Promise<number>) => {
  const warnings: string[] = [];
  const loop = createLoop({ step, what: 'a test', logger: { warn: (_, message) => warnings.push(message) } });
  return { loop, warnings };
};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

describe('loop', () => {
  it('when a step names a wait, then the next comes after it, or at once when woken', async () => {
    let steps = 0;
    const { loop } = setUp(() => Promise.resolve((steps++, 1_000)));
    loop.start();
    await jest.advanceTimersByTimeAsync(2_500);
    expect(steps).toBe(3);
    loop.wake();
    await jest.advanceTimersByTimeAsync(1);
    expect(steps).toBe(4);
    await loop.stop();
  });

  it('when steps fail, then it goes on with a wait, and says so once', async () => {
    let steps = 0;
    const { loop, warnings } = setUp(() => (steps++ < 3 ? Promise.reject(new Error('away')) : Promise.resolve(1_000)));
    loop.start();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(steps).toBeGreaterThan(3);
    expect(warnings).toHaveLength(1);
    await loop.stop();
  });

  it('when it stops in mid-step, then it waits for that one and takes no other', async () => {
    let steps = 0;
    let release = (): void => undefined;
    const { loop } = setUp(() => (steps++, new Promise((resolve) => (release = () => resolve(0)))));
    loop.start();
    await jest.advanceTimersByTimeAsync(0);
    let isStopped = false;
    const stopped = loop.stop().then(() => (isStopped = true));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(isStopped).toBe(false);
    release();
    await jest.advanceTimersByTimeAsync(10);
    await stopped;
    expect(steps).toBe(1);
  });
});
