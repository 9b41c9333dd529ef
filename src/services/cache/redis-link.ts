import { randomBytes } from 'node:crypto';
import { before } from './before.js';
import { CacheAway } from './cache-store.js';
import { createPulse, type Pulse } from './pulse.js';

/** What the link needs of a Redis client that speaks RESP3 and tells of invalidations (null: all keys). */
export interface RedisCommands {
  readonly isReady: boolean;
  sendCommand: (args: string[]) => Promise<unknown>;
  onReady: (listener: () => void) => void;
  /** The connection is lost, or something about it is wrong. */
  onLost: (listener: () => void) => void;
  onInvalidate: (listener: (key: string | null) => void) => void;
  /** Gives the connection up and makes a new one. */
  restart: () => void;
}

export type LinkState = 'down' | 'open' | 'up';

export interface RedisLinkDependencies {
  redis: RedisCommands;
  /** Tells this database's entries from those of others in the same Redis. */
  namespace: string;
  /** Whether this process keeps copies, and so has to be told of what others delete. */
  tracking: boolean;
  logger: { warn: (fields: object, message: string) => void; info: (fields: object, message: string) => void };
  metrics: { linkState: (state: LinkState) => void };
}

const beatMs = 20;
const silenceMsMax = 2_000;
const settleMsMax = 1_000;
const settleAgainMs = 250;
/** The layout of entries; another one does not read what this one has written. */
const layout = 'v1';

const newEpoch = (): string => randomBytes(6).toString('base64url');
const runIdOf = (info: unknown): string => /run_id:([0-9a-f]{8})/.exec(String(info))?.[1] ?? '';

/** Where the entries stand. */
interface Place {
  /** Of the server that was asked. */
  runId: string;
  epoch: string;
  prefix: string;
}

/**
 * A server that takes over from another may once have been asked itself, and still have entries from then under the epoch that it
 * got from the other. Whoever sees one server follow the other makes a new epoch, unless somebody else has.
 */
const renewedBy = async (
  { redis }: RedisLinkDependencies,
  epochKey: string,
  last: Place,
  now: { runId: string; epoch: string },
): Promise<unknown> => {
  const another = last.runId !== '' && now.runId !== '' && now.runId !== last.runId;
  if (!another || now.epoch !== last.epoch) return now.epoch;
  const [, epoch] = await Promise.all([
    redis.sendCommand(['SET', epochKey, newEpoch()]),
    redis.sendCommand(['GET', epochKey]),
  ]);
  return epoch;
};

/** Asks Redis where the entries stand, and to tell of what others delete. @throws CacheAway when it cannot be used */
const askPlace = async (deps: RedisLinkDependencies, epochKey: string, last: Place): Promise<Place> => {
  const { redis, namespace, tracking } = deps;
  const [, info, , found] = await Promise.all([
    redis.sendCommand(['CLIENT', 'TRACKING', ...(tracking ? ['ON', 'NOLOOP'] : ['OFF'])]),
    redis.sendCommand(['INFO', 'server']).catch(() => ''),
    // A Redis that is full refuses this; an epoch that is there already will do all the same.
    redis.sendCommand(['SET', epochKey, newEpoch(), 'NX']).catch(() => null),
    redis.sendCommand(['GET', epochKey]),
  ]);
  const runId = runIdOf(info);
  const epoch = typeof found === 'string' ? await renewedBy(deps, epochKey, last, { runId, epoch: found }) : found;
  if (typeof epoch !== 'string') throw new CacheAway('Redis keeps no epoch; it may be full.');
  return { runId, epoch, prefix: `{${namespace}}:${layout}:${runId}:${epoch}:` };
};

/** The state of a link, who is told of its changes, and what is logged of them. */
const createLinkState = ({ logger, metrics }: RedisLinkDependencies) => {
  const listeners = { lost: [] as (() => void)[], up: [] as (() => void)[] };
  let state: LinkState = 'down';
  return {
    get: (): LinkState => state,
    enter: (next: LinkState, why: string): void => {
      if (next === state) return;
      const from = state;
      state = next;
      metrics.linkState(next);
      if (next === 'up') logger.info({ why }, 'the cache is used');
      else if (from === 'up') logger.warn({ why }, 'the cache is left aside; reads go to the database');
      for (const listener of next === 'up' ? listeners.up : listeners.lost) listener();
    },
    onUp: (listener: () => void): void => void listeners.up.push(listener),
    /** Told when the link is no longer up: nothing that was heard before counts any more. */
    onLost: (listener: () => void): void => void listeners.lost.push(listener),
  };
};

interface SettlingDependencies {
  ask: (last: Place) => Promise<Place>;
  pulse: Pulse;
  enter: (next: LinkState, why: string) => void;
  restart: (why: string) => void;
}

/** Learns where the entries stand, once at a time; the link is up from then on. */
const createSettling = ({ ask, pulse, enter, restart }: SettlingDependencies) => {
  let place: Place = { runId: '', epoch: '', prefix: '' };
  let settling = false;
  let settleAfterMs = 0;

  const settle = async (): Promise<void> => {
    if (settling || performance.now() < settleAfterMs) return;
    settling = true;
    const sentMs = performance.now();
    settleAfterMs = sentMs + settleAgainMs;
    try {
      place = await before(settleMsMax, ask(place));
      pulse.heard();
      pulse.begun(sentMs);
      enter('up', 'Redis answers');
    } catch (error) {
      enter('down', String(error));
      if (pulse.silentMs() > silenceMsMax) restart('Redis is silent');
    } finally {
      settling = false;
    }
  };
  return {
    place: (): Place => place,
    settle,
    /** Leaves what was known behind first. */
    settleAgain: (why: string): Promise<void> => {
      enter('down', why);
      settleAfterMs = 0;
      return settle();
    },
  };
};

/**
 * Knows whether Redis can be asked, and whether this process has heard all of its news.
 *
 * The beat is a GET of the epoch, every 20 ms: replies and pushes come in the order in which Redis sent them, so a beat's answer
 * proves that every push from before has arrived; it also keeps the epoch from being evicted, and says at once when it has
 * changed. The prefix of all keys is made of the server's `run_id` and the epoch: a server that was restarted with an old
 * snapshot, or an epoch that somebody has renewed, and what was stored before is never read again.
 */
export const createRedisLink = (deps: RedisLinkDependencies) => {
  const { redis } = deps;
  const epochKey = `{${deps.namespace}}:epoch`;
  const state = createLinkState(deps);
  const pulse = createPulse();
  const enter = (next: LinkState, why: string): void => {
    if (next !== state.get()) pulse.restart();
    state.enter(next, why);
  };
  const restart = (why: string): void => {
    enter('down', why);
    pulse.heard();
    redis.restart();
  };
  const ask = (last: Place): Promise<Place> => askPlace(deps, epochKey, last);
  const { place, settle, settleAgain } = createSettling({ ask, pulse, enter, restart });

  const beat = (): void => {
    const mine = pulse.sent();
    redis.sendCommand(['GET', epochKey]).then(
      (found) => {
        pulse.answered(mine);
        if (found !== place().epoch && state.get() !== 'down') void settleAgain('everything was to be forgotten');
      },
      () => undefined,
    );
  };

  const look = (): void => {
    if (state.get() === 'down' || !redis.isReady) return;
    pulse.look();
    if (pulse.silentMs() > silenceMsMax) restart('Redis is silent');
    else if (state.get() === 'up' && pulse.isTooLate()) enter('open', 'Redis is slow or silent');
    else if (state.get() === 'open' && pulse.isGood()) enter('up', 'Redis answers again');
  };

  const tick = (): void => {
    if (!redis.isReady) return;
    if (state.get() === 'down') {
      void settle();
      return;
    }
    pulse.nextLook();
    // An open breaker asks one thing at a time; else Redis would have to work off all that was asked meanwhile.
    if (state.get() === 'up' || !pulse.isWaiting()) beat();
    setImmediate(look);
  };

  redis.onLost(() => enter('down', 'the connection is lost'));
  redis.onReady(() => {
    pulse.heard();
    void settleAgain('the connection is new');
  });
  const timer = setInterval(tick, beatMs);
  timer.unref();
  if (redis.isReady) void settle();

  return {
    epochKey,
    isUp: (): boolean => state.get() === 'up',
    isFresh: (): boolean => state.get() === 'up' && pulse.isFresh(),
    state: state.get,
    onUp: state.onUp,
    onLost: state.onLost,
    /** What stands before every key at this moment. */
    prefix: (): string => place().prefix,
    epoch: (): string => place().epoch,
    /** Somebody has seen another epoch than ours. */
    mistrust: (): void => void settleAgain('everything was to be forgotten'),
    /** Leaves all entries behind, in all processes. @throws when Redis does not take it */
    renew: async (): Promise<void> => {
      await redis.sendCommand(['SET', epochKey, newEpoch()]);
      await settleAgain('everything is to be forgotten');
    },
    close: (): void => clearInterval(timer),
  };
};

export type RedisLink = ReturnType<typeof createRedisLink>;
