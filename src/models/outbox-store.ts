import type { Connection } from 'mongoose';
import { jobsIndex, outboxCollection, type OutboxDocument } from './outbox.model.js';

/** What is left of a document to be handed on: its events or its jobs. */
export type OutboxPart = 'events' | 'jobs';

const readMsMax = 5_000;

/** An array with something in it; a document without the field counts as empty. */
const holds = { events: { 'events.0': { $exists: true } }, jobs: { jobs: { $exists: true } } };

/** Delivery is at least once anyway: what a server puts back, because it has lost its deletion, is handed on again. */
const quick = { writeConcern: { w: 1, journal: false } } as const;

/** The relay's side of the outbox. */
export const createOutboxStore = (connection: Connection) => {
  const outbox = connection.collection<OutboxDocument>(outboxCollection);

  return {
    /** The documents with such a part, by id, above `after`: a transaction may commit later than its id says, so end at the end and begin again. */
    read: (part: OutboxPart, after: string | undefined, limit: number): Promise<OutboxDocument[]> =>
      outbox
        .find(
          { ...holds[part], ...(after === undefined ? {} : { _id: { $gt: after } }) },
          {
            sort: { _id: 1 },
            limit,
            batchSize: limit,
            maxTimeMS: readMsMax,
            ...(part === 'jobs' ? { hint: jobsIndex } : {}),
          },
        )
        .toArray(),
    /** Takes the part out of these documents, and deletes those of which nothing is left. */
    settle: async (part: OutboxPart, documents: readonly OutboxDocument[]): Promise<void> => {
      const isWhole = (document: OutboxDocument) =>
        part === 'events' ? document.jobs === undefined : document.events.length === 0;
      const whole = documents.filter(isWhole).map(({ _id }) => _id);
      const rest = documents.filter((document) => !isWhole(document)).map(({ _id }) => _id);
      if (whole.length > 0) await outbox.deleteMany({ _id: { $in: whole } }, quick);
      if (rest.length === 0) return;
      await outbox.updateMany(
        { _id: { $in: rest } },
        part === 'events' ? { $set: { events: [] } } : { $unset: { jobs: 1 } },
        quick,
      );
      await outbox.deleteMany({ _id: { $in: rest }, events: [], jobs: { $exists: false } }, quick);
    },
    backlog: async (): Promise<{ count: number; oldest: Date | null }> => {
      const [count, first] = await Promise.all([
        outbox.estimatedDocumentCount({ maxTimeMS: readMsMax }),
        outbox.findOne({}, { sort: { _id: 1 }, projection: { createdAt: 1 }, maxTimeMS: readMsMax }),
      ]);
      return { count, oldest: first?.createdAt ?? null };
    },
  };
};

export type OutboxStore = ReturnType<typeof createOutboxStore>;
