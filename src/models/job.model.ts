import { Schema, type Connection } from 'mongoose';
import { queueNames, type QueueName } from '../utils/queue-names.js';

export const storedStatuses = ['waiting', 'active', 'completed', 'failed'] as const;

/** A background job, where no Redis keeps them. */
export interface JobDocument {
  _id: string;
  queue: QueueName;
  name: string;
  data: Readonly<Record<string, unknown>>;
  status: (typeof storedStatuses)[number];
  /** From when on a worker may take it: when it waits, its next try; when it is active, the end of its lease. */
  claimAt: Date;
  /** Names the worker's hold on it; whoever has another one may no longer write. */
  lease: string | null;
  attempts: number;
  progress: number;
  reason: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** When MongoDB forgets it; null while it is not finished. */
  expiresAt: Date | null;
}

const required = { required: true } as const;

export const createJobModel = (connection: Connection) => {
  const schema = new Schema<JobDocument>(
    {
      _id: { type: String, ...required },
      queue: { type: String, enum: queueNames, ...required },
      name: { type: String, ...required },
      data: { type: Schema.Types.Mixed, ...required },
      status: { type: String, enum: storedStatuses, ...required },
      claimAt: { type: Date, ...required },
      lease: { type: String, default: null },
      attempts: { type: Number, ...required },
      progress: { type: Number, ...required },
      reason: { type: String, default: null },
      createdAt: { type: Date, ...required },
      startedAt: { type: Date, default: null },
      finishedAt: { type: Date, default: null },
      expiresAt: { type: Date, default: null },
    },
    { collection: 'jobs', versionKey: false, minimize: false },
  );
  schema.index({ queue: 1, status: 1, claimAt: 1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return connection.model<JobDocument>('Job', schema);
};
