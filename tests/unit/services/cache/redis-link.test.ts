import { jest } from '@jest/globals';
import { createRedisLink, type LinkState, type RedisCommands } from '../../../../src/services/cache/redis-link.js';

const runIds = { first: 'a'.repeat(40), second: 'b'.repeat(40) };

/** A Redis by the fake clock: answers after `latencyMs`, or, when it is frozen, once it is thawed. */
const fakeRedis = () => {
  const listeners = { ready: [] as (() => void)[], lost: [] as (() => void)[] };
  const world = {
    ready: false,
    latencyMs: 0,
    frozen: false,
    full: false,
    runId: runIds.first,
    epoch: null as string | null,
    commands: [] as string[][],
    restarts: 0,
  };
  let held: (() => void)[] = [];
  const answer = (args: readonly string[]): unknown => {
    if (args[0] === 'INFO') return `# Server\r\nrun_id:${world.runId}\r\n`;
    if (args[0] === 'GET') return world.epoch;
    if (args[0] !== 'SET') return 'OK';
    if (world.full) throw new Error('OOM command not allowed');
    if (args.includes('NX') && world.epoch !== null) return null;
    world.epoch = args[2] ?? null;
    return 'OK';
  };
  const redis: RedisCommands = {
    get isReady() {
      return world.ready;
    },
    sendCommand: (args) => {
      world.commands.push(args);
      return new Promise((resolve, reject) => {
        const reply = () => {
          try {
            resolve(answer(args));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        if (world.frozen) held.push(reply);
        else setTimeout(reply, world.latencyMs);
      });
    },
    onReady: (listener) => void listeners.ready.push(listener),
    onLost: (listener) => void listeners.lost.push(listener),
    onInvalidate: () => undefined,
    restart: () => {
      world.restarts++;
    },
  };
  return {
    redis,
    world,
    connect: () => {
      world.ready = true;
      for (const listener of listeners.ready) listener();
    },
    lose: () => {
      world.ready = false;
      for (const listener of listeners.lost) listener();
    },
    thaw: () => {
      world.frozen = false;
      for (const reply of held) reply();
      held = [];
    },
  };
};

const setUp = (tracking = true) => {
  const fake = fakeRedis();
  const states: LinkState[] = [];
  const told: string[] = [];
  const link = createRedisLink({
    redis: fake.redis,
    namespace: 'shop',
    tracking,
    logger: { warn: (_, message) => told.push(message), info: (_, message) => told.push(message) },
    metrics: { linkState: (state) => states.push(state) },
  });
  const drops = { count: 0 };
  link.onLost(() => drops.count++);
  return { ...fake, link, states, told, drops };
};

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

const settled = async () => {
  const all = setUp();
  all.connect();
  await pass(1);
  expect(all.link.state()).toBe('up');
  return all;
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.clearAllTimers();
  jest.useRealTimers();
});

describe('link to Redis: coming up', () => {
  it('when there is no connection, then it is down and nothing is sent', async () => {
    const { link, world, states } = setUp();
    await pass(5_000);
    expect([link.isUp(), link.isFresh(), link.state()]).toEqual([false, false, 'down']);
    expect([world.commands, states]).toEqual([[], []]);
  });

  it('when the connection is ready, then tracking is on before anything is read, and the prefix names layout, server and epoch', async () => {
    const { link, world, states, told } = await settled();
    expect(world.commands[0]).toEqual(['CLIENT', 'TRACKING', 'ON', 'NOLOOP']);
    expect(link.prefix()).toBe(`{shop}:v1:${runIds.first.slice(0, 8)}:${world.epoch ?? ''}:`);
    expect([link.isUp(), link.isFresh(), states, told]).toEqual([true, true, ['up'], ['the cache is used']]);
  });

  it('when the process keeps no copies, then nothing is tracked', async () => {
    const { world, connect } = setUp(false);
    connect();
    await pass(1);
    expect(world.commands[0]).toEqual(['CLIENT', 'TRACKING', 'OFF']);
  });

  it('when an epoch is there already, then it is taken, and two processes have one prefix', async () => {
    const { link, world, connect } = setUp();
    world.epoch = 'other';
    connect();
    await pass(1);
    expect([link.epoch(), world.epoch]).toEqual(['other', 'other']);
  });

  it('when Redis is full and keeps no epoch, then the cache is left aside until there is one', async () => {
    const { link, world, connect } = setUp();
    world.full = true;
    connect();
    await pass(1_000);
    expect(link.isUp()).toBe(false);
    world.full = false;
    await pass(300);
    expect(link.isUp()).toBe(true);
  });

  it('when Redis is full but has an epoch, then it is used', async () => {
    const { link, world, connect } = setUp();
    Object.assign(world, { full: true, epoch: 'e' });
    connect();
    await pass(1);
    expect(link.isUp()).toBe(true);
  });

  it('when Redis takes the connection and never answers, then it is tried again, and after two seconds on a new connection', async () => {
    const { link, world, connect } = setUp();
    world.frozen = true;
    connect();
    await pass(1_900);
    expect([link.state(), world.restarts]).toEqual(['down', 0]);
    await pass(3_000);
    expect(world.restarts).toBeGreaterThanOrEqual(1);
  });
});

describe('link to Redis: believing copies', () => {
  it('when beats are answered, then copies are believed all along', async () => {
    const { link } = await settled();
    for (let ms = 0; ms < 500; ms += 5) {
      await pass(5);
      expect(link.isFresh()).toBe(true);
    }
  });

  it('when beats are no longer answered, then copies are not believed 50 ms after the last answered one was sent', async () => {
    const { link, world } = await settled();
    await pass(100);
    world.frozen = true;
    await pass(25);
    expect(link.isFresh()).toBe(true);
    await pass(30);
    expect([link.isFresh(), link.isUp()]).toEqual([false, true]);
  });

  it('when an answer takes 55 ms, then what it proves is too old to be believed when it comes', async () => {
    const { link, world } = await settled();
    world.latencyMs = 55;
    let believed = 0;
    await pass(60);
    for (let ms = 0; ms < 300; ms += 5) {
      await pass(5);
      if (link.isFresh()) believed++;
    }
    expect(believed).toBe(0);
  });
});

describe('link to Redis: the breaker', () => {
  it('when three beats in a row are late, then it opens, all copies are dropped, and it is said once', async () => {
    const { link, world, states, told, drops } = await settled();
    world.frozen = true;
    await pass(55);
    expect(link.state()).toBe('up');
    await pass(70);
    expect([link.state(), link.isUp(), drops.count]).toEqual(['open', false, 1]);
    await pass(500);
    expect([states, drops.count]).toEqual([['up', 'open'], 1]);
    expect(told).toEqual(['the cache is used', 'the cache is left aside; reads go to the database']);
  });

  it('when two beats are late and the third is not, then it stays closed', async () => {
    const { link, world, thaw } = await settled();
    await pass(19);
    for (let round = 0; round < 5; round++) {
      world.frozen = true;
      await pass(45);
      thaw();
      await pass(60);
      expect(link.state()).toBe('up');
    }
  });

  it('when it is open, then one beat at a time is on its way', async () => {
    const { world } = await settled();
    world.frozen = true;
    await pass(150);
    const sent = world.commands.length;
    await pass(1_000);
    expect(world.commands.length).toBe(sent);
  });

  it('when three beats in a row are answered in time, then it closes and who waited for that is told', async () => {
    const { link, world, states, thaw } = await settled();
    let ups = 0;
    link.onUp(() => ups++);
    world.frozen = true;
    await pass(200);
    thaw();
    await pass(41);
    expect(link.state()).toBe('open');
    await pass(60);
    expect([link.state(), ups, states]).toEqual(['up', 1, ['up', 'open', 'up']]);
  });

  it('when every answer takes longer than two beats, then it opens and stays so', async () => {
    const { link, world } = await settled();
    world.latencyMs = 45;
    await pass(150);
    for (let ms = 0; ms < 2_000; ms += 10) {
      await pass(10);
      expect(link.state()).toBe('open');
    }
  });

  it('when nothing was heard for two seconds, then the connection is given up, once in two seconds', async () => {
    const { link, world } = await settled();
    world.frozen = true;
    await pass(1_900);
    expect(world.restarts).toBe(0);
    await pass(200);
    expect([world.restarts, link.state()]).toEqual([1, 'down']);
  });
});

describe('link to Redis: forgetting', () => {
  it('when the connection is lost, then all copies are dropped at once; when it is back, then it is used again', async () => {
    const { link, world, drops, lose, connect } = await settled();
    const prefix = link.prefix();
    lose();
    expect([link.state(), link.isFresh(), drops.count]).toEqual(['down', false, 1]);
    connect();
    await pass(1);
    expect([link.state(), link.prefix()]).toEqual(['up', prefix]);
    expect(world.commands.filter(([name]) => name === 'CLIENT')).toHaveLength(2);
  });

  it('when another server is there with an old snapshot, then its entries are never read', async () => {
    const { link, world, lose, connect } = await settled();
    const prefix = link.prefix();
    lose();
    world.runId = runIds.second;
    connect();
    await pass(2);
    expect(link.isUp()).toBe(true);
    expect(link.prefix()).not.toBe(prefix);
  });

  it('when a server takes over from another and that one takes over again, then what it had from before is never read', async () => {
    const { link, world, lose, connect } = await settled();
    const prefixes = [link.prefix()];
    for (const runId of [runIds.second, runIds.first]) {
      lose();
      // Its data are those of the other, the epoch among them.
      world.runId = runId;
      connect();
      await pass(2);
      expect([link.isUp(), link.epoch()]).toEqual([true, world.epoch]);
      prefixes.push(link.prefix());
    }
    expect(new Set(prefixes).size).toBe(3);
  });

  it('when a server has taken over and another process has renewed the epoch already, then that one is taken', async () => {
    const { link, world, lose, connect } = await settled();
    lose();
    world.runId = runIds.second;
    world.epoch = 'renewed';
    connect();
    await pass(2);
    expect([link.isUp(), link.epoch(), world.epoch]).toEqual([true, 'renewed', 'renewed']);
  });

  it.each([
    ['somebody else renews the epoch', 'another'],
    ['everything in Redis is deleted', null],
  ])('when %s, then within two beats all copies are dropped and the prefix is another', async (_, epoch) => {
    const { link, world, drops } = await settled();
    const prefix = link.prefix();
    world.epoch = epoch;
    await pass(42);
    expect([link.state(), drops.count]).toEqual(['up', 1]);
    expect(link.prefix()).not.toBe(prefix);
  });

  it('when it renews the epoch itself, then the prefix is another at once', async () => {
    const { link, world, drops } = await settled();
    const prefix = link.prefix();
    const renewing = link.renew();
    await pass(2);
    await renewing;
    expect([link.isUp(), drops.count, link.epoch()]).toEqual([true, 1, world.epoch]);
    expect(link.prefix()).not.toBe(prefix);
  });

  it('when Redis does not take a new epoch, then that is told and the old one stands', async () => {
    const { link, world } = await settled();
    const prefix = link.prefix();
    world.full = true;
    const refused = expect(link.renew()).rejects.toThrow('OOM');
    await pass(2);
    await refused;
    expect([link.isUp(), link.prefix()]).toEqual([true, prefix]);
  });

  it('when it is closed, then no beat is sent any more', async () => {
    const { link, world } = await settled();
    link.close();
    const sent = world.commands.length;
    await pass(1_000);
    expect(world.commands.length).toBe(sent);
  });
});
