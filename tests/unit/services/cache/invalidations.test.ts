import { jest } from '@jest/globals';
import { createInvalidations } from '../../../../src/services/cache/invalidations.js';
import { createGate, type Gate } from '../../../helpers/gate.js';

interface Removal {
  keys: readonly string[];
  marks: ReadonlyMap<string, number> | undefined;
  reply: Gate<undefined>;
}

const setUp = (dirtyMax?: number) => {
  const world = {
    up: true,
    renewed: 0,
    renew: () => Promise.resolve(),
    dropped: [] as string[],
    warnings: [] as string[],
  };
  const removals: Removal[] = [];
  const outcomes: string[] = [];
  const up: (() => void)[] = [];
  const invalidations = createInvalidations({
    store: {
      isUp: () => world.up,
      remove: (keys, marks) => {
        const reply = createGate<undefined>();
        removals.push({ keys, marks, reply });
        return reply.promise;
      },
      renew: () => {
        world.renewed++;
        return world.renew();
      },
      onUp: (listener) => void up.push(listener),
    },
    drop: (keys) => world.dropped.push(...keys),
    confirmMsMax: 100,
    metrics: { invalidation: (outcome, keys) => outcomes.push(`${outcome} ${String(keys)}`) },
    logger: { warn: (_, message) => world.warnings.push(message) },
    ...(dirtyMax === undefined ? {} : { dirtyMax }),
  });
  const confirm = (index: number) => removals[index]?.reply.open(undefined);
  const refuse = (index: number) => removals[index]?.reply.break(new Error('away'));
  const comeUp = () => {
    world.up = true;
    for (const listener of up) listener();
  };
  return { world, removals, outcomes, invalidations, confirm, refuse, comeUp };
};

const settle = () => jest.advanceTimersByTimeAsync(0);

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  // The waits before another try are drawn: half of the longest, so that none comes in the midst of a step.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('invalidations', () => {
  it('when the deletion is confirmed, then the key was dirty until then, the copies went at once, and the write may be answered', async () => {
    const { world, removals, outcomes, invalidations, confirm } = setUp();
    const marks = new Map([['p:1', 3]]);
    const told = invalidations.invalidate(['p:1', 'g:all'], marks);
    expect(world.dropped).toEqual(['p:1', 'g:all']);
    expect([invalidations.isDirty('p:1'), invalidations.isDirty('g:all'), invalidations.isDirty('p:2')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(removals).toMatchObject([{ keys: ['p:1', 'g:all'], marks }]);
    confirm(0);
    await told;
    expect([invalidations.isDirty('p:1'), invalidations.dirty()]).toEqual([false, 0]);
    expect(outcomes).toEqual(['confirmed 2']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('when there is nothing to delete, then nobody is asked', async () => {
    const { removals, outcomes, invalidations } = setUp();
    await invalidations.invalidate([]);
    expect([removals, outcomes]).toEqual([[], []]);
  });

  it('when no reply comes, then the write waits no longer than it must, and the key stays dirty until the reply is there', async () => {
    const { outcomes, invalidations, confirm } = setUp();
    let answered = false;
    const told = invalidations.invalidate(['p:1']).then(() => (answered = true));
    await jest.advanceTimersByTimeAsync(99);
    expect(answered).toBe(false);
    await jest.advanceTimersByTimeAsync(2);
    await told;
    expect([outcomes, invalidations.isDirty('p:1')]).toEqual([['late 1'], true]);
    confirm(0);
    await settle();
    expect(invalidations.isDirty('p:1')).toBe(false);
  });

  it('when the reply to an earlier deletion is late, then a later one of the same key keeps it dirty', async () => {
    const { invalidations, confirm } = setUp();
    void invalidations.invalidate(['p:1', 'p:2']);
    void invalidations.invalidate(['p:1']);
    confirm(0);
    await settle();
    expect([invalidations.isDirty('p:1'), invalidations.isDirty('p:2')]).toEqual([true, false]);
    confirm(1);
    await settle();
    expect(invalidations.isDirty('p:1')).toBe(false);
  });

  it('when deletions fail, then the write is answered at once, and they are retried further and further apart until done', async () => {
    const { removals, outcomes, invalidations, refuse, confirm } = setUp();
    const told = invalidations.invalidate(['p:1']);
    refuse(0);
    await told;
    expect(outcomes).toEqual(['failed 1']);
    for (let index = 1; index <= 10; index++) {
      await jest.advanceTimersByTimeAsync(1_000);
      expect(removals).toHaveLength(index + 1);
      expect(invalidations.isDirty('p:1')).toBe(true);
      refuse(index);
      await settle();
    }
    await jest.advanceTimersByTimeAsync(1_000);
    confirm(11);
    await settle();
    expect([removals.length, invalidations.dirty(), jest.getTimerCount()]).toEqual([12, 0, 0]);
  });

  it('when the store is away, then it is not asked again until it is back, and then at once', async () => {
    const { world, removals, invalidations, refuse, confirm, comeUp } = setUp();
    const told = invalidations.invalidate(['p:1']);
    world.up = false;
    refuse(0);
    await told;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(removals).toHaveLength(1);
    comeUp();
    await settle();
    expect(removals).toHaveLength(2);
    confirm(1);
    await settle();
    expect([invalidations.dirty(), jest.getTimerCount()]).toEqual([0, 0]);
  });

  it('when many keys wait, then they are deleted in portions', async () => {
    const { removals, invalidations, refuse, confirm, comeUp } = setUp();
    const told = invalidations.invalidate(Array.from({ length: 1_100 }, (_, index) => `p:${String(index)}`));
    refuse(0);
    await told;
    comeUp();
    for (const index of [1, 2, 3]) {
      await settle();
      confirm(index);
    }
    await settle();
    expect(removals.map(({ keys }) => keys.length)).toEqual([1_100, 500, 500, 100]);
    expect(invalidations.dirty()).toBe(0);
  });

  it('when more keys wait than are remembered, then all are dirty until everything is forgotten', async () => {
    const { world, invalidations, comeUp } = setUp(3);
    world.up = false;
    void invalidations.invalidate(['p:1', 'p:2']);
    expect(invalidations.isDirty('p:9')).toBe(false);
    void invalidations.invalidate(['p:3', 'p:4']);
    expect([invalidations.isDirty('p:9'), invalidations.dirty(), world.warnings.length]).toEqual([true, 3, 1]);
    world.renew = () => Promise.reject(new Error('full'));
    comeUp();
    await settle();
    expect([invalidations.isDirty('p:9'), world.renewed]).toEqual([true, 1]);
    world.renew = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(1_000);
    expect([invalidations.isDirty('p:9'), world.renewed]).toEqual([false, 2]);
  });

  it('when Redis stays away for long, then what is remembered stays bounded', () => {
    const { world, invalidations } = setUp(3);
    world.up = false;
    for (let index = 0; index < 100; index++) void invalidations.invalidate([`p:${String(index)}`]);
    expect(invalidations.dirty()).toBeLessThanOrEqual(2 * 3);
    expect(world.warnings).toHaveLength(1);
  });

  it('when keys overflow again while everything is being forgotten, then it is forgotten once more', async () => {
    const { world, invalidations, comeUp } = setUp(1);
    void invalidations.invalidate(['p:1', 'p:2']);
    const forgetting = createGate<undefined>();
    world.renew = () => forgetting.promise;
    comeUp();
    void invalidations.invalidate(['p:3', 'p:4']);
    forgetting.open(undefined);
    await settle();
    expect(invalidations.isDirty('p:3')).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([world.renewed, invalidations.isDirty('p:3')]).toEqual([2, false]);
  });

  it('when the store is up again because everything was forgotten, then that is not done twice', async () => {
    const { world, invalidations, comeUp } = setUp(1);
    void invalidations.invalidate(['p:1', 'p:2']);
    world.renew = async () => {
      await Promise.resolve();
      if (world.renewed === 1) comeUp();
    };
    comeUp();
    await jest.advanceTimersByTimeAsync(1_000);
    expect([world.renewed, invalidations.isDirty('p:1')]).toEqual([1, false]);
  });

  it('when it is closed, then nothing is retried any more', async () => {
    const { removals, invalidations, refuse } = setUp();
    const told = invalidations.invalidate(['p:1']);
    refuse(0);
    await told;
    invalidations.close();
    await jest.advanceTimersByTimeAsync(5_000);
    expect([removals.length, jest.getTimerCount()]).toEqual([1, 0]);
  });
});
