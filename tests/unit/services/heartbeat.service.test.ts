import { jest } from '@jest/globals';
import { createHeartbeat } from '../../../src/services/heartbeat.service.js';

const setUp = () => {
  const world = { beats: 0, leaves: 0, others: 0, beat: () => Promise.resolve(), leave: () => Promise.resolve() };
  const warnings: string[] = [];
  const heartbeat = createHeartbeat({
    processes: {
      beat: () => {
        world.beats++;
        return world.beat().then(() => world.others);
      },
      leave: () => {
        world.leaves++;
        return world.leave();
      },
    },
    logger: { warn: (_, message) => warnings.push(message) },
  });
  return { world, warnings, heartbeat };
};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

describe('heartbeat', () => {
  it('when it starts, then the process is known before the start is over, and beats twice a second', async () => {
    const { world, heartbeat } = setUp();
    await heartbeat.start();
    expect(world.beats).toBe(1);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(world.beats).toBe(5);
    await heartbeat.stop();
  });

  it('when the first beat fails, then the start fails', async () => {
    const { world, heartbeat } = setUp();
    world.beat = () => Promise.reject(new Error('away'));
    await expect(heartbeat.start()).rejects.toThrow('away');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('when others live, or it cannot be known, then it is not alone', async () => {
    const { world, heartbeat } = setUp();
    expect(heartbeat.isAlone()).toBe(false);
    await heartbeat.start();
    expect(heartbeat.isAlone()).toBe(true);
    world.others = 1;
    await jest.advanceTimersByTimeAsync(500);
    expect(heartbeat.isAlone()).toBe(false);
    world.others = 0;
    await jest.advanceTimersByTimeAsync(500);
    expect(heartbeat.isAlone()).toBe(true);
    world.beat = () => Promise.reject(new Error('away'));
    await jest.advanceTimersByTimeAsync(500);
    expect(heartbeat.isAlone()).toBe(false);
    await heartbeat.stop();
  });

  it('when a later beat fails, then it is said and the next one comes', async () => {
    const { world, warnings, heartbeat } = setUp();
    await heartbeat.start();
    world.beat = () => Promise.reject(new Error('away'));
    await jest.advanceTimersByTimeAsync(500);
    world.beat = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(500);
    expect(world.beats).toBe(3);
    expect(warnings).toHaveLength(1);
    await heartbeat.stop();
  });

  it('when a beat hangs, then no other joins it, and it goes on once it is through', async () => {
    const { world, heartbeat } = setUp();
    await heartbeat.start();
    let release = (): void => undefined;
    world.beat = () => new Promise<void>((resolve) => (release = resolve));
    await jest.advanceTimersByTimeAsync(3_000);
    expect(world.beats).toBe(2);
    release();
    await jest.advanceTimersByTimeAsync(500);
    expect(world.beats).toBe(3);
    release();
    await heartbeat.stop();
  });

  it('when it stops, then it beats no more and takes its leave', async () => {
    const { world, heartbeat } = setUp();
    await heartbeat.start();
    await heartbeat.stop();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(world).toMatchObject({ beats: 1, leaves: 1 });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('when a beat is still on its way at the stop, then the leave comes after it, so that nothing brings the process back', async () => {
    const { world, heartbeat } = setUp();
    await heartbeat.start();
    let release = (): void => undefined;
    world.beat = () => new Promise<void>((resolve) => (release = resolve));
    await jest.advanceTimersByTimeAsync(500);
    const stopped = heartbeat.stop();
    await jest.advanceTimersByTimeAsync(0);
    expect(world.leaves).toBe(0);
    release();
    await stopped;
    expect(world.leaves).toBe(1);
  });

  it('when the leave fails, then that is said, and the stop goes on', async () => {
    const { world, warnings, heartbeat } = setUp();
    await heartbeat.start();
    world.leave = () => Promise.reject(new Error('away'));
    await heartbeat.stop();
    expect(warnings).toHaveLength(1);
  });
});
