import type { mongo } from 'mongoose';
import { commandShape } from '../../src/utils/command-shape.js';

/** A query that the service has made, with the worst that the server has had to do for it. */
export interface SeenQuery {
  command: string;
  collection: string;
  /** Without values: two that differ in these alone are one query. */
  shape: string;
  /** The plan as MongoDB names it, such as `IXSCAN { _id: 1 }`. */
  plan: string;
  /** Whether rows were sorted in memory. */
  sorts: boolean;
  keys: number;
  docs: number;
  returned: number;
  times: number;
}

interface Profiled {
  op: string;
  ns: string;
  command: Record<string, unknown>;
  planSummary?: string;
  hasSortStage?: boolean;
  keysExamined?: number;
  docsExamined?: number;
  nreturned?: number;
  nMatched?: number;
  ndeleted?: number;
}

const profileCollection = 'system.profile';
/** Room for some tens of thousands of commands; the oldest go first when it is full. */
const profileBytes = 128 * 1024 * 1024;
const firstMark = 'the first command of the profile';
/** Connections of the service call themselves so. */
const appName = /^stockroom:/;

/** From here on the server keeps every command on this database, with what it had to do for it. */
export const startProfile = async (db: mongo.Db): Promise<void> => {
  await db.command({ profile: 0 });
  await db.dropCollection(profileCollection).catch(() => undefined);
  await db.createCollection(profileCollection, { capped: true, size: profileBytes });
  await db.command({ profile: 2 });
  await db.collection('things').findOne({}, { comment: firstMark });
};

/** An update or a delete of several statements is kept as its statements. */
const shapeOf = ({ op, command }: Profiled) => {
  if (op === 'update' || op === 'remove') return commandShape(op, command);
  return commandShape(Object.keys(command)[0] ?? op, command);
};

const keyOf = ({ command, collection, shape }: Pick<SeenQuery, 'command' | 'collection' | 'shape'>): string =>
  `${collection} ${command} ${shape}`;

const isScan = (plan: string): boolean => plan.includes('COLLSCAN');

const seenOf = (each: Profiled, database: string): SeenQuery => {
  const { command, shape } = shapeOf(each);
  return {
    ...{ command, shape, collection: each.ns.slice(database.length + 1), plan: each.planSummary ?? '' },
    ...{ sorts: each.hasSortStage === true, keys: each.keysExamined ?? 0, docs: each.docsExamined ?? 0, times: 1 },
    returned: each.nreturned ?? each.nMatched ?? each.ndeleted ?? 0,
  };
};

/** The worse of two runs of one query: a scan before an index, then by documents. */
const worse = (one: SeenQuery, other: SeenQuery): SeenQuery => {
  const isWorse = isScan(other.plan) === isScan(one.plan) ? other.docs > one.docs : isScan(other.plan);
  const { times } = one;
  return { ...(isWorse ? other : one), times: times + other.times, sorts: one.sorts || other.sorts };
};

/**
 * Ends the profile. @returns each query of the service once, those that have no plan (inserts, pings) left out
 * @throws when the server has kept so much that the first of it is gone
 */
export const endProfile = async (db: mongo.Db): Promise<SeenQuery[]> => {
  await db.command({ profile: 0 });
  const profile = db.collection(profileCollection);
  if ((await profile.findOne({ 'command.comment': firstMark })) === null) throw new Error('The profile was too small.');
  const seen = new Map<string, SeenQuery>();
  const wanted = { appName, planSummary: { $exists: true }, op: { $ne: 'getmore' } };
  for await (const each of profile.find(wanted, { sort: { $natural: 1 } })) {
    const query = seenOf(each as unknown as Profiled, db.databaseName);
    const known = seen.get(keyOf(query));
    seen.set(keyOf(query), known === undefined ? query : worse(known, query));
  }
  return [...seen.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
};
