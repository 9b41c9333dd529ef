import { Schema, type ClientSession, type Connection } from 'mongoose';
import { adminActions, type AdminActionName } from '../schemas/admin-action.js';

/** What an admin has done: one line of the audit log, written once and never changed. Nothing secret is in it. */
export interface AdminActionDocument {
  _id: string;
  actorId: string;
  action: AdminActionName;
  /** The id of what it was done to. */
  target: string;
  /** The fields that matter, as they were and as they became; null where there is no before or after. */
  before: Readonly<Record<string, unknown>> | null;
  after: Readonly<Record<string, unknown>> | null;
  requestId: string;
  createdAt: Date;
}

const adminActionCollection = 'admin_actions';
const queryMsMax = 2_000;

/** Schema and indexes; its lines are for good. */
export const createAdminActionModel = (connection: Connection) => {
  const schema = new Schema<AdminActionDocument>(
    {
      _id: { type: String, required: true },
      actorId: { type: String, required: true },
      action: { type: String, enum: adminActions, required: true },
      target: { type: String, required: true },
      before: { type: Schema.Types.Mixed, default: null },
      after: { type: Schema.Types.Mixed, default: null },
      requestId: { type: String, required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: adminActionCollection, versionKey: false },
  );
  schema.index({ actorId: 1, _id: -1 });
  schema.index({ action: 1, _id: -1 });
  return connection.model<AdminActionDocument>('AdminAction', schema);
};

export interface AdminActionsAsked {
  actorId: string | undefined;
  action: AdminActionName | undefined;
  beforeId: string | undefined;
  limit: number;
}

/** The audit log: lines are added, with the transaction of what they tell of where it has one, and read. */
export const createAdminActionStore = (connection: Connection) => {
  const actions = connection.collection<AdminActionDocument>(adminActionCollection);
  return {
    add: async (action: AdminActionDocument, session?: ClientSession): Promise<void> => {
      await actions.insertOne(action, session ? { session } : {});
    },

    /** Newest first. */
    list: ({ actorId, action, beforeId, limit }: AdminActionsAsked): Promise<AdminActionDocument[]> =>
      actions
        .find(
          {
            ...(actorId === undefined ? {} : { actorId }),
            ...(action === undefined ? {} : { action }),
            ...(beforeId === undefined ? {} : { _id: { $lt: beforeId } }),
          },
          { sort: { _id: -1 }, limit, batchSize: limit + 1, maxTimeMS: queryMsMax },
        )
        .toArray(),
  };
};

export type AdminActionStore = ReturnType<typeof createAdminActionStore>;
