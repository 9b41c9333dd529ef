import { jest } from '@jest/globals';
import { createLease } from '../../../../src/services/messaging/lease.js';
import { silent } from '../../../helpers/messaging.js';

const setUp = () => {
  const world = { answer: () => Promise.resolve({ held: true, term: 1 }), asked: 0, released: 0 };
  const lease = createLease({
    store: {
      acquire: () => {
        world.asked++;
        return world.answer();
      },
      release: () => {
        world.released++;
        return Promise.resolve();
      },
    },
    name: 'relay',
    holder: 'me',
    logger: silent.logger,
    ttlMs: 2_000,
    everyMs: 500,
  });
  return { world, lease };
};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

describe('lease', () => {
  it('when the database grants it, then it is held for as long as it is renewed', async () => {
    const { lease } = setUp();
    expect(lease.isHeld()).toBe(false);
    await lease.start();
    await jest.advanceTimersByTimeAsync(10_000);
    expect([lease.isHeld(), lease.term()]).toEqual([true, 1]);
    await lease.stop();
  });

  it('when renewals fail or hang, then it is given up by its own clock before another may have it', async () => {
    const { world, lease } = setUp();
    await lease.start();
    world.answer = () => Promise.reject(new Error('away'));
    await jest.advanceTimersByTimeAsync(1_900);
    expect(lease.isHeld()).toBe(true);
    await jest.advanceTimersByTimeAsync(200);
    expect(lease.isHeld()).toBe(false);
    world.answer = () => Promise.resolve({ held: true, term: 1 });
    await jest.advanceTimersByTimeAsync(500);
    expect(lease.isHeld()).toBe(true);
    await lease.stop();
  });

  it('when an answer comes late, then the time counts from the question', async () => {
    const { world, lease } = setUp();
    world.answer = () => new Promise((resolve) => setTimeout(() => resolve({ held: true, term: 1 }), 1_400));
    const started = lease.start();
    await jest.advanceTimersByTimeAsync(1_400);
    await started;
    world.answer = () => new Promise(() => undefined);
    expect(lease.isHeld()).toBe(true);
    await jest.advanceTimersByTimeAsync(700);
    expect(lease.isHeld()).toBe(false);
  });

  it('when another has it, then it is not held, and is asked for again', async () => {
    const { world, lease } = setUp();
    world.answer = () => Promise.resolve({ held: false, term: 4 });
    await lease.start();
    await jest.advanceTimersByTimeAsync(2_000);
    expect([lease.isHeld(), world.asked]).toEqual([false, 5]);
    await lease.stop();
  });

  it('when it stops, then it is released and asked for no more', async () => {
    const { world, lease } = setUp();
    await lease.start();
    await lease.stop();
    await jest.advanceTimersByTimeAsync(5_000);
    expect([lease.isHeld(), world.asked, world.released]).toEqual([false, 1, 1]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
