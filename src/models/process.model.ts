import { Schema, type Connection, type Model } from 'mongoose';

/** A running process; `at` is the server's clock at its last heartbeat. `_id` is also the end of its connections' `appName`. */
export interface ProcessDocument {
  _id: string;
  at: Date;
}

const appNamePrefix = 'stockroom:';
/** A process whose heart has been still for so long is taken for dead. */
const deadAfterMs = 1_500;
const idleMicrosMin = 1_000_000;
const lookMsMax = 1_000;

/** What the connections of a process call themselves, so that its transactions can be told from others'. */
export const appNameOf = (processId: string): string => appNamePrefix + processId;

/** Processes are forgotten after a day, by a TTL index. */
export const createProcessModel = (connection: Connection) => {
  const schema = new Schema<ProcessDocument>(
    { _id: { type: String, required: true }, at: { type: Date, required: true } },
    { collection: 'processes', versionKey: false },
  );
  schema.index({ at: 1 }, { expireAfterSeconds: 86_400 });
  return connection.model<ProcessDocument>('Process', schema);
};

interface IdleSession {
  lsid: { id: unknown };
  appName: string;
}

/**
 * Tells the other processes that this one lives, and ends what dead ones have left open. A killed process leaves its
 * transaction behind, and every other writer of those products in conflict with it until the server's own limit.
 */
export const createProcessStore = (model: Model<ProcessDocument>, processId: string) => {
  const admin = () => model.db.getClient().db('admin');

  const idleTransactions = (): Promise<IdleSession[]> =>
    admin()
      .aggregate<IdleSession>(
        [
          { $currentOp: { allUsers: false, idleSessions: true } },
          {
            $match: {
              type: 'idleSession',
              appName: { $regex: `^${appNamePrefix}` },
              'transaction.timeInactiveMicros': { $gt: idleMicrosMin },
            },
          },
          { $project: { 'lsid.id': 1, appName: 1 } },
        ],
        { maxTimeMS: lookMsMax },
      )
      .toArray();

  /** The processes whose hearts beat, this one among them. */
  const living = async (): Promise<string[]> => {
    const found = await model.collection
      .aggregate<{ _id: string }>(
        [{ $match: { $expr: { $gt: ['$at', { $subtract: ['$$NOW', deadAfterMs] }] } } }, { $project: { _id: 1 } }],
        { maxTimeMS: lookMsMax },
      )
      .toArray();
    return found.map(({ _id }) => _id);
  };

  return {
    /** Shows that this process lives. @returns how many others do */
    beat: async (): Promise<number> => {
      await model.collection.updateOne({ _id: processId as never }, [{ $set: { at: '$$NOW' } }], { upsert: true });
      return (await living()).filter((id) => id !== processId).length;
    },
    leave: async (): Promise<void> => {
      await model.collection.deleteOne({ _id: processId as never });
    },
    /**
     * Ends the idle transactions of processes without a heartbeat. One that is taken for dead by mistake just tries again.
     * @param own whether this one's are ended too: the lane that meets conflicts has none on its way, but a lost connection can have
     * kept the end of an earlier one from the server
     * @returns how many
     */
    endOrphans: async ({ own }: { own: boolean }): Promise<number> => {
      const sessions = await idleTransactions();
      if (sessions.length === 0) return 0;
      const others = (await living()).filter((id) => id !== processId);
      const alive = new Set((own ? others : [processId, ...others]).map(appNameOf));
      const orphans = sessions.filter(({ appName }) => !alive.has(appName));
      if (orphans.length > 0) await admin().command({ killSessions: orphans.map(({ lsid }) => ({ id: lsid.id })) });
      return orphans.length;
    },
  };
};

export type ProcessStore = ReturnType<typeof createProcessStore>;
