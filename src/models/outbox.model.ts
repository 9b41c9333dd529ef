import { Schema, type Connection } from 'mongoose';
import type { DomainEvent } from '../schemas/events.js';
import type { QueueName } from '../utils/queue-names.js';
import { newId } from '../utils/uuid.js';

/** What happened to one product in one batch; consumers drop what is not newer than the `seq` that they have seen. */
export interface StockEvent {
  id: string;
  type: 'product.created' | 'stock.changed';
  productId: string;
  /** The newest movement told of, and the first: the ledger has the lines between. */
  seq: number;
  firstSeq: number;
  stock: number;
  reserved: number;
  sold: number;
}

/** A background job that follows from what was written; `id` keeps it one job, however often it is handed over. */
export interface OutboxJob {
  queue: QueueName;
  name: string;
  id: string;
  data: Readonly<Record<string, unknown>>;
}

/** The events of one batch, written in its transaction and deleted once they are published. */
export interface OutboxDocument {
  _id: string;
  /** Stock events in the engine's short form, or whole events of any other kind. */
  events: (StockEvent | DomainEvent)[];
  /** Left out when there are none. */
  jobs?: OutboxJob[];
  createdAt: Date;
}

export const outboxCollection = 'outbox';

export const jobsIndex = 'jobs';

export const createOutboxModel = (connection: Connection) => {
  const schema = new Schema<OutboxDocument>(
    {
      _id: { type: String, required: true },
      events: { type: [Schema.Types.Mixed], required: true },
      jobs: { type: [Schema.Types.Mixed], default: undefined },
      createdAt: { type: Date, required: true },
    } as never,
    { collection: outboxCollection, versionKey: false },
  );
  // Jobs are found among however many events wait for a broker; a document without any costs nothing.
  schema.index({ _id: 1, createdAt: 1 }, { name: jobsIndex, partialFilterExpression: { jobs: { $exists: true } } });
  return connection.model<OutboxDocument>('Outbox', schema);
};

/** The outbox document of what causes jobs and no events. */
export const jobsNote = (jobs: readonly OutboxJob[], createdAt: Date): OutboxDocument => ({
  _id: newId(),
  events: [],
  jobs: [...jobs],
  createdAt,
});
