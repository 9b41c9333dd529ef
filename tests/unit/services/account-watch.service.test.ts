import type { AccountChange, AccountNews, ChangePosition } from '../../../src/models/account-change.model.js';
import { createAccountWatch } from '../../../src/services/account-watch.service.js';
import { waitFor } from '../../helpers/wait-for.js';

const ended = (id: string): AccountChange => ({ kind: 'session', id });

interface Asked {
  seen: ChangePosition;
  answer: (changes?: readonly AccountChange[]) => void;
  fail: (error: Error) => void;
}

/** A watch whose clock and database the test plays; nothing is looked for but what is asked. */
const setUp = (lookMsMax = 60_000) => {
  const world = { nowMs: 1_000, refused: [] as AccountChange[] };
  const asked: Asked[] = [];
  const watch = createAccountWatch({
    changes: {
      since: (seen) =>
        new Promise<AccountNews>((resolve, reject) => {
          const answer = (changes: readonly AccountChange[] = []): void =>
            resolve({ position: { seq: seen.seq + changes.length, mark: 'm' }, changes: [...changes] });
          asked.push({ seen, answer, fail: reject });
        }),
    },
    tokens: { refuse: (changes) => void world.refused.push(...changes) },
    logger: { warn: () => undefined },
    lookMsMax,
    now: () => world.nowMs,
  });
  /** Lets everything happen that waits for nothing but its turn. */
  const turns = () => new Promise<void>((resolve) => setImmediate(resolve));
  /** Starts a look, and has it answered after so long. */
  const look = async (takesMs: number, changes: readonly AccountChange[] = []): Promise<void> => {
    const done = watch.renew();
    await turns();
    world.nowMs += takesMs;
    asked.at(-1)?.answer(changes);
    await done;
  };
  return { watch, world, asked, turns, look };
};

describe('account watch', () => {
  it('when nothing was ever looked for, then what is known is not enough', () => {
    expect(setUp().watch.isFresh()).toBe(false);
  });

  it('when a look was answered, then it is trusted for 450 ms from when it was sent, not from when it was answered', async () => {
    const { watch, world, look } = setUp();
    await look(100);
    expect(watch.isFresh()).toBe(true);
    world.nowMs += 349;
    expect(watch.isFresh()).toBe(true);
    world.nowMs += 1;
    expect(watch.isFresh()).toBe(false);
  });

  it('when a look took as long as it is trusted, then whoever waited for it may go on and nobody else', async () => {
    const { watch, look } = setUp();
    await look(450);
    expect(watch.isFresh()).toBe(false);
  });

  it('when a look brings changes, then they are in force before anybody goes on, and the next one asks beyond them', async () => {
    const { watch, world, asked, turns } = setUp();
    const seenByWaiter = watch.renew().then(() => [...world.refused]);
    await turns();
    asked[0]?.answer([ended('a'), ended('b')]);
    expect(await seenByWaiter).toEqual([ended('a'), ended('b')]);
    void watch.renew();
    await turns();
    expect(asked.map(({ seen }) => seen.seq)).toEqual([0, 2]);
    asked[1]?.answer();
  });

  it('when somebody comes while a look is under way, then they wait for one that is sent after they came', async () => {
    const { watch, asked, turns } = setUp();
    const told: string[] = [];
    const first = watch.renew().then(() => told.push('first'));
    await turns();
    const second = watch.renew().then(() => told.push('second'));
    const third = watch.renew().then(() => told.push('third'));
    await turns();
    expect(asked).toHaveLength(1);
    asked[0]?.answer();
    await first;
    await turns();
    expect(told).toEqual(['first']);
    expect(asked).toHaveLength(2);
    asked[1]?.answer();
    await Promise.all([second, third]);
    expect(told).toEqual(['first', 'second', 'third']);
  });

  it('when a look fails, then whoever waits is told UNAVAILABLE, nothing is trusted, and the next one can succeed', async () => {
    const { watch, asked, turns, look } = setUp();
    const failing = watch.renew();
    const outcome = expect(failing).rejects.toEqual(expect.objectContaining({ code: 'UNAVAILABLE' }));
    await turns();
    asked[0]?.fail(new Error('away'));
    await outcome;
    expect(watch.isFresh()).toBe(false);
    await look(0);
    expect(watch.isFresh()).toBe(true);
  });

  it('when the database does not answer at all, then whoever waits is told UNAVAILABLE all the same', async () => {
    const { watch } = setUp(20);
    await expect(watch.renew()).rejects.toEqual(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('when it starts, then it has learnt what there is before it goes on, and a start without a database fails', async () => {
    const { watch, world, asked, turns } = setUp();
    const starting = watch.start().then(() => world.refused.length);
    await turns();
    asked[0]?.answer([ended('a')]);
    expect(await starting).toBe(1);
    await watch.stop();

    const other = setUp();
    const failing = expect(other.watch.start()).rejects.toThrow('away');
    await other.turns();
    other.asked[0]?.fail(new Error('away'));
    await failing;
  });

  it('when requests come, then it looks by itself', async () => {
    const { watch, asked, turns } = setUp();
    const started = watch.start();
    await turns();
    asked[0]?.answer();
    await started;
    await waitFor(() => {
      watch.isFresh();
      return asked.length === 2;
    });
    asked[1]?.answer();
    await watch.stop();
  });
});
