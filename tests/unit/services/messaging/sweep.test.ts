import type { OutboxDocument } from '../../../../src/models/outbox.model.js';
import { createSweep, type HandOver } from '../../../../src/services/messaging/sweep.js';

const pageSize = 2;
const pollMs = 50;
const idleMs = 100;

const document = (_id: string): OutboxDocument => ({ _id, events: [], createdAt: new Date(0) });

const setUp = (...ids: string[]) => {
  const world = {
    /** What the database says to the next deletion, and when. */
    settled: (): Promise<void> => Promise.resolve(),
    documents: ids.map(document),
    isOpen: true,
    nowMs: 0,
    handed: [] as string[],
    reads: 0,
    verdict: ((): HandOver => 'handed') as (id: string) => HandOver,
  };
  const { step, finish } = createSweep({
    part: 'events',
    outbox: {
      read: (_, after, limit) => {
        world.reads++;
        const sorted = [...world.documents].sort((a, b) => (a._id < b._id ? -1 : 1));
        return Promise.resolve(sorted.filter(({ _id }) => after === undefined || _id > after).slice(0, limit));
      },
      settle: async (_, documents) => {
        await world.settled();
        world.documents = world.documents.filter((each) => !documents.includes(each));
      },
    },
    handOver: (documents) => {
      world.handed.push(...documents.map(({ _id }) => _id));
      return Promise.resolve(documents.map(({ _id }) => world.verdict(_id)));
    },
    isOpen: () => world.isOpen,
    pollMs,
    idleMs,
    pageSize,
    nowMs: () => world.nowMs,
  });
  return { world, step, finish };
};

describe('sweep', () => {
  it('when there are several pages, then they follow without a wait, and then it waits', async () => {
    const { world, step } = setUp('a', 'b', 'c', 'd', 'e');
    expect([await step(), await step(), await step()]).toEqual([0, 0, pollMs]);
    expect(world.handed).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await step()).toBe(idleMs);
    expect(world.documents).toEqual([]);
  });

  it('when something appears behind, then the next sweep finds it', async () => {
    const { world, step } = setUp('b', 'c', 'd');
    await step();
    world.documents.push(document('a'));
    await step();
    expect(world.handed).not.toContain('a');
    await step();
    expect(world.handed).toContain('a');
  });

  it('when one is refused, then later ones go first, and it is tried again only after a while', async () => {
    const { world, step, finish } = setUp('a', 'b', 'c');
    world.verdict = (id) => (id === 'a' ? 'refused' : 'handed');
    await step();
    await step();
    await step();
    expect(world.handed).toEqual(['a', 'b', 'c']);
    world.nowMs = 1_000;
    world.verdict = () => 'handed';
    await step();
    await finish();
    expect(world.handed).toEqual(['a', 'b', 'c', 'a']);
    expect(world.documents).toEqual([]);
  });

  it('when refused ones fill more than a page, then those behind them are still reached', async () => {
    const { world, step, finish } = setUp('a', 'b', 'c', 'd', 'e');
    world.verdict = (id) => (id === 'e' ? 'handed' : 'refused');
    for (let i = 0; i < 3; i++) await step();
    await finish();
    expect(world.handed).toContain('e');
    expect(world.documents).toHaveLength(4);
  });

  it('when the other side is not there, then nothing is settled, and it begins again after a wait that grows', async () => {
    const { world, step } = setUp('a', 'b', 'c');
    world.verdict = () => 'failed';
    const waits = [await step(), await step(), await step()];
    expect(world.documents).toHaveLength(3);
    expect(world.handed).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(20);
  });

  it('when a deletion takes long, then the next page is handed over meanwhile, and the sweep after it waits', async () => {
    const { world, step, finish } = setUp('a', 'b', 'c');
    let release = (): void => undefined;
    world.settled = () => new Promise((resolve) => (release = resolve));
    await step();
    expect([world.handed, world.documents.length]).toEqual([['a', 'b'], 3]);
    const second = step();
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.handed).toEqual(['a', 'b', 'c']);
    release();
    world.settled = () => Promise.resolve();
    expect(await second).toBe(pollMs);

    expect(await step()).toBe(idleMs);
    await finish();
    expect([world.handed, world.documents]).toEqual([['a', 'b', 'c'], []]);
  });

  it('when a deletion fails, then the step after it says so, and all that is left is handed over again', async () => {
    const { world, step, finish } = setUp('a', 'b', 'c');
    world.settled = () => Promise.reject(new Error('the database is away'));
    await step();
    world.settled = () => Promise.resolve();
    await expect(step()).rejects.toThrow('the database is away');
    await step();
    await step();
    await finish();
    expect(world.handed).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(world.documents).toEqual([]);
  });

  it('when it stops in the middle of a backlog, then what is handed over is taken out first', async () => {
    const { world, step, finish } = setUp('a', 'b', 'c');
    let release = (): void => undefined;
    world.settled = () => new Promise((resolve) => (release = resolve));
    await step();
    let isFinished = false;
    const finished = finish().then(() => (isFinished = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isFinished).toBe(false);
    release();
    await finished;
    expect(world.documents.map(({ _id }) => _id)).toEqual(['c']);
  });

  it('when it is not its turn, then it looks at nothing', async () => {
    const { world, step } = setUp('a');
    world.isOpen = false;
    expect(await step()).toBeGreaterThan(0);
    expect(world.reads).toBe(0);
  });

  it('when a sweep never ends, then it begins again all the same', async () => {
    const { world, step } = setUp('b', 'c', 'd', 'e', 'f', 'g');
    await step();
    world.documents.push(document('a'));
    world.nowMs = 11_000;
    await step();
    await step();
    expect(world.handed).toContain('a');
  });
});
