import type { mongo } from 'mongoose';

/** What MongoDB itself has counted since its start. */
export interface MongoCounters {
  /** Commands over the wire, all kinds. */
  requests: number;
  /** Commands carried out, all kinds, by the sum of `metrics.commands`. */
  commands: number;
  /** Queries, by `opcounters`. */
  queries: number;
  /** Documents inserted, updated and deleted. */
  writes: number;
  commits: number;
}

interface ServerStatus {
  network: { numRequests: number };
  opcounters: { query: number };
  metrics: {
    // Beside the commands by name there is a bare number, of those with an unknown name.
    commands: Record<string, number | { total: number }>;
    document: { inserted: number; updated: number; deleted: number };
  };
  transactions: { totalCommitted: number };
}

/** All commands of `metrics.commands`, added up. */
export const sumOfCommands = (commands: ServerStatus['metrics']['commands']): number =>
  Object.values(commands).reduce<number>((sum, each) => sum + (typeof each === 'number' ? each : each.total), 0);

/** Reads MongoDB's `serverStatus`; see https://www.mongodb.com/docs/manual/reference/command/serverStatus/ */
export const readMongoCounters = async (client: mongo.MongoClient): Promise<MongoCounters> => {
  const status = (await client.db('admin').command({ serverStatus: 1 })) as unknown as ServerStatus;
  const { inserted, updated, deleted } = status.metrics.document;
  return {
    requests: status.network.numRequests,
    commands: sumOfCommands(status.metrics.commands),
    queries: status.opcounters.query,
    writes: inserted + updated + deleted,
    commits: status.transactions.totalCommitted,
  };
};

/** What happened between two readings. */
export const countedBetween = (before: MongoCounters, after: MongoCounters): MongoCounters => ({
  requests: after.requests - before.requests,
  commands: after.commands - before.commands,
  queries: after.queries - before.queries,
  writes: after.writes - before.writes,
  commits: after.commits - before.commits,
});
