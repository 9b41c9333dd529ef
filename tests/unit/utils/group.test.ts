import { createGroup } from '../../../src/utils/group.js';

/** A group whose batches are worked off when the test says so. */
const setUp = (options: { batchMax?: number; waitingMax?: number; waitMsMax?: number } = {}) => {
  const batches: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const group = createGroup<number, number>({
    batchMax: 3,
    waitingMax: 5,
    ...options,
    run: (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => {
          if (error) reject(error);
          else resolve(items.map((item) => item * 10));
        };
        batches.push({ items, end });
      }),
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  return { group, batches, turn };
};

describe('group', () => {
  it('when items come in one turn, then they are one batch, and what comes meanwhile is the next', async () => {
    const { group, batches, turn } = setUp();

    const first = [group.submit(1), group.submit(2)];
    await turn();
    const second = [3, 4, 5, 6].map(group.submit);
    batches[0]?.end();
    const results = await Promise.all(first);
    await turn();

    expect(results).toEqual([10, 20]);
    expect(batches.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    batches[1]?.end();
    await turn();
    batches[2]?.end();
    expect(await Promise.all(second)).toEqual([30, 40, 50, 60]);
    await group.idle();
  });

  it('when a batch fails, then its items fail with it, and the next batch is worked off', async () => {
    const { group, batches, turn } = setUp({ batchMax: 1 });
    const both = [group.submit(1), group.submit(2)].map((end) => end.catch((error: unknown) => error));
    await turn();
    batches[0]?.end(new Error('no'));
    await turn();
    batches[1]?.end();

    expect(await Promise.all(both)).toEqual([new Error('no'), 20]);
  });

  it('when too many wait, then whoever comes is turned away, and nothing is done for them', async () => {
    const { group, batches, turn } = setUp({ waitingMax: 2 });
    const waiting = [group.submit(1), group.submit(2)];

    await expect(group.submit(3)).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    await turn();
    batches[0]?.end();
    expect(await Promise.all(waiting)).toEqual([10, 20]);
  });

  it('when the wait was too long, then they are turned away before their batch begins', async () => {
    const { group, batches, turn } = setUp({ batchMax: 1, waitMsMax: -1 });

    await expect(group.submit(1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    await turn();
    expect(batches).toEqual([]);
  });
});
