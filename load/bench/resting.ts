import { setTimeout as sleep } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { machineMs } from './clock.js';
import { countedBetween, readMongoCounters } from './mongo-counters.js';
import type { Counted } from './read-cost.js';

/** How long it is listened to what runs without any load. */
const idleMs = 2000;

/** Reads MongoDB's counters around some work. */
export const counting = async <T>(
  client: mongo.MongoClient,
  work: () => Promise<T>,
): Promise<{ done: T; span: Counted }> => {
  const startedMs = machineMs();
  const before = await readMongoCounters(client);
  const done = await work();
  const counts = countedBetween(before, await readMongoCounters(client));
  return { done, span: { counts, ms: machineMs() - startedMs } };
};

/** What MongoDB counts while nobody asks for anything: heartbeats, leases, the change stream's waiting, other servers. */
export const countingRest = async (client: mongo.MongoClient): Promise<Counted> =>
  (await counting(client, () => sleep(idleMs))).span;

/** Documents written during a span, less those that are written at rest; never less than none. */
export const writesBesidesRest = (during: Counted, rest: Counted): number =>
  Math.max(0, during.counts.writes - (rest.counts.writes / rest.ms) * during.ms);
