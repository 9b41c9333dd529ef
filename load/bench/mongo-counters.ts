import type { mongo } from 'mongoose';

/** What MongoDB itself has counted since its start. */
export interface MongoCounters {
  /** Commands over the wire, all kinds. */
  requests: number;
  /** Documents inserted, updated and deleted. */
  writes: number;
  commits: number;
}

interface ServerStatus {
  network: { numRequests: number };
  metrics: { document: { inserted: number; updated: number; deleted: number } };
  transactions: { totalCommitted: number };
}

/** Reads MongoDB's `serverStatus`; see https://www.mongodb.com/docs/manual/reference/command/serverStatus/ */
export const readMongoCounters = async (client: mongo.MongoClient): Promise<MongoCounters> => {
  const status = (await client.db('admin').command({ serverStatus: 1 })) as unknown as ServerStatus;
  const { inserted, updated, deleted } = status.metrics.document;
  return {
    requests: status.network.numRequests,
    writes: inserted + updated + deleted,
    commits: status.transactions.totalCommitted,
  };
};

/** What happened between two readings. */
export const countedBetween = (before: MongoCounters, after: MongoCounters): MongoCounters => ({
  requests: after.requests - before.requests,
  writes: after.writes - before.writes,
  commits: after.commits - before.commits,
});
