import { Schema, type Connection } from 'mongoose';

/** Who may do what only one process at a time should do; `expiresAt` is by the server's clock. */
export interface LeaseDocument {
  _id: string;
  holder: string;
  /** Grows with every change of hands. */
  term: number;
  expiresAt: Date;
}

export const leaseCollection = 'leases';
const commandMsMax = 1_000;

export const createLeaseModel = (connection: Connection) =>
  connection.model<LeaseDocument>(
    'Lease',
    new Schema<LeaseDocument>(
      {
        _id: { type: String, required: true },
        holder: { type: String, required: true },
        term: { type: Number, required: true },
        expiresAt: { type: Date, required: true },
      },
      { collection: leaseCollection, versionKey: false },
    ),
  );

/**
 * Leases by name. A write that one server has is enough: what hangs on a lease has to bear two holders for a moment, so nobody
 * waits for a majority or a disk.
 */
export const createLeaseStore = (connection: Connection) => {
  const leases = connection.collection<LeaseDocument>(leaseCollection);
  return {
    /** Takes or keeps the lease where it is free, expired or our own. @returns whether it is ours, and since which term */
    acquire: async (name: string, holder: string, ttlMs: number): Promise<{ held: boolean; term: number }> => {
      const isFree = { $lte: [{ $ifNull: ['$expiresAt', new Date(0)] }, '$$NOW'] };
      const isMine = { $eq: ['$holder', holder] };
      const term = { $ifNull: ['$term', 0] };
      const taken = (yes: unknown, no: unknown) => ({ $cond: [{ $or: [isFree, isMine] }, yes, no] });
      const found = await leases.findOneAndUpdate(
        { _id: name },
        [
          {
            $set: {
              holder: taken(holder, '$holder'),
              term: { $cond: [isMine, term, { $cond: [isFree, { $add: [term, 1] }, term] }] },
              expiresAt: taken({ $add: ['$$NOW', ttlMs] }, '$expiresAt'),
            },
          },
        ],
        { upsert: true, returnDocument: 'after', writeConcern: { w: 1 }, maxTimeMS: commandMsMax },
      );
      return { held: found?.holder === holder, term: found?.term ?? 0 };
    },
    /** Leaves the lease to the next one at once. */
    release: async (name: string, holder: string): Promise<void> => {
      await leases.updateOne(
        { _id: name, holder },
        { $set: { expiresAt: new Date(0), holder: '' } },
        { writeConcern: { w: 1 }, maxTimeMS: commandMsMax },
      );
    },
  };
};

export type LeaseStore = ReturnType<typeof createLeaseStore>;
