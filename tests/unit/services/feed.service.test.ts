import { FeedLost, type FeedBatch, type FeedCursor } from '../../../src/models/product-feed.js';
import { createFeed } from '../../../src/services/feed.service.js';
import { expectInTime } from '../../helpers/in-time.js';
import { waitFor } from '../../helpers/wait-for.js';

const event = (token: string): FeedBatch['events'][number] => ({
  operation: 'update',
  id: 'p',
  token,
  fields: { seq: 1 },
});
const batch = (token: string, count = 1, more = false): FeedBatch => ({
  token,
  more,
  events: Array.from({ length: count }, () => event(token)),
});

/** A feed whose replies are given by hand; what is not given yet is waited for. */
const setUp = (saved: string | null = null) => {
  const log: string[] = [];
  const replies: (FeedBatch | Error)[] = [];
  const openFaults: Error[] = [];
  const world = { saved, settled: true, anewFails: 0, consumed: 0 };
  let wake = (): void => undefined;
  let broken = false;
  const cursor = (token: string | null): FeedCursor => ({
    token: token ?? 'fresh',
    next: async () => {
      while (replies.length === 0) {
        if (broken) throw new Error('killed');
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const reply = replies.shift();
      if (reply instanceof Error || reply === undefined) throw reply ?? new Error('none');
      return reply;
    },
    close: () => {
      wake();
      return Promise.resolve();
    },
  });
  const feed = createFeed({
    feed: {
      open: (token) => {
        log.push(`open ${String(token)}`);
        const fault = openFaults.shift();
        return fault ? Promise.reject(fault) : Promise.resolve(cursor(token));
      },
    },
    position: {
      load: () => Promise.resolve(world.saved),
      advance: (token) => {
        log.push(`save ${token}`);
        return Promise.resolve();
      },
      forget: (token) => {
        log.push(`forget ${token}`);
        world.saved = null;
        return Promise.resolve();
      },
    },
    consume: (events) => void (world.consumed += events.length),
    flush: () => {
      log.push('flush');
      return Promise.resolve();
    },
    reached: () => undefined,
    isSettled: () => world.settled,
    startAnew: () => {
      log.push('anew');
      return world.anewFails-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve();
    },
    metrics: { events: () => undefined, reopened: (reason) => void log.push(reason) },
    logger: { warn: () => undefined, error: () => undefined },
  });
  const give = (...given: (FeedBatch | Error)[]): void => {
    replies.push(...given);
    wake();
  };
  const close = (): Promise<void> => {
    broken = true;
    return feed.close();
  };
  feed.start();
  return { feed, log, world, openFaults, give, close };
};

const logged = (log: readonly string[], line: string) => waitFor(() => log.includes(line), { what: line });

describe('change feed', () => {
  it('when there is no place, then a fresh feed is opened before everything is forgotten', async () => {
    const { log, close } = setUp();
    await logged(log, 'anew');
    expect(log).toEqual(['open null', 'anew']);
    await close();
  });

  it('when forgetting fails, then it is tried until it succeeds, and no place is saved before', async () => {
    const { log, world, give, close } = setUp();
    world.anewFails = 2;
    give(batch('t1'));
    await waitFor(() => log.filter((line) => line === 'anew').length === 3);
    expect(log.some((line) => line.startsWith('save'))).toBe(false);
    await close();
    expect(log.at(-1)).toBe('save t1');
  });

  it('when there is a place, then it goes on from there and forgets nothing', async () => {
    const { log, world, give, close } = setUp('t0');
    give(batch('t1'));
    await waitFor(() => world.consumed === 1);
    expect(log[0]).toBe('open t0');
    expect(log).not.toContain('anew');
    await close();
  });

  it('when it has read to the end once, and flushed, then it has caught up', async () => {
    const { feed, log, world, give, close } = setUp('t0');
    give(batch('t1', 3, true));
    await waitFor(() => world.consumed === 3);
    expect(feed.hasCaughtUp()).toBe(false);
    give(batch('t2'));
    await waitFor(() => feed.hasCaughtUp());
    expect(log.filter((line) => line === 'flush')).toHaveLength(2);
    await close();
  });

  it('when what was flushed is not confirmed, then no place is saved', async () => {
    const { log, world, give, close } = setUp('t0');
    world.settled = false;
    give(batch('t1'));
    await logged(log, 'flush');
    await close();
    expect(log.some((line) => line.startsWith('save'))).toBe(false);
  });

  it('when it breaks off, then it goes on from what it has seen last', async () => {
    const { log, world, give, close } = setUp('t0');
    give(batch('t1'), new Error('cut'), batch('t2'));
    await logged(log, 'open t1');
    await waitFor(() => world.consumed === 2);
    expect(log.slice(0, 5)).toEqual(['open t0', 'flush', 'save t1', 'error', 'open t1']);
    await close();
  });

  it('when its history is lost, then the place goes, a fresh feed is opened, and everything is forgotten then', async () => {
    const { log, openFaults, close } = setUp('t0');
    openFaults.push(new FeedLost('gone'));
    await logged(log, 'anew');
    expect(log).toEqual(['open t0', 'lost', 'forget t0', 'open null', 'anew']);
    await close();
  });

  it('when it waits for something new, then closing does not', async () => {
    const { log, close } = setUp('t0');
    await logged(log, 'open t0');
    const startedMs = performance.now();
    await close();
    expectInTime(performance.now() - startedMs, 'the close of a feed that waits').toBeLessThan(500);
  });
});
