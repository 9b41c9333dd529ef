import type { Connection } from 'mongoose';
import {
  deadLetterCollection,
  deliveryCollection,
  eventQueueCollection,
  type DeadLetterDocument,
  type DeliveryDocument,
  type EventQueueDocument,
} from './delivery.model.js';

export interface DeadLetterQuery {
  ids?: ReadonlySet<string>;
  queue?: string | undefined;
  limit: number;
}

const commandMsMax = 5_000;
/** Beyond it the exact number says nothing more, and counting takes long. */
const countMax = 100_000;
const duplicateKey = 11_000;

/** Whether every document that could not be inserted was there already. */
const onlyDuplicates = (error: unknown): boolean => {
  const { writeErrors } = error as { writeErrors?: unknown };
  return (
    Array.isArray(writeErrors) &&
    writeErrors.length > 0 &&
    writeErrors.every((each: { code?: number }) => each.code === duplicateKey)
  );
};

/** The queues of the stand-in for RabbitMQ: each message a document, gone once it is worked off. */
export const createDeliveryStore = (connection: Connection) => {
  const deliveries = connection.collection<DeliveryDocument>(deliveryCollection);
  const queues = connection.collection<EventQueueDocument>(eventQueueCollection);
  const dead = connection.collection<DeadLetterDocument>(deadLetterCollection);

  const findDead = ({ ids, queue, limit }: DeadLetterQuery): Promise<DeadLetterDocument[]> =>
    dead
      .find(
        { ...(ids === undefined ? {} : { eventId: { $in: [...ids] } }), ...(queue === undefined ? {} : { queue }) },
        { sort: { at: 1 }, limit, maxTimeMS: commandMsMax },
      )
      .toArray();

  const dropDead = async (letters: readonly DeadLetterDocument[]): Promise<number> =>
    (await dead.deleteMany({ _id: { $in: letters.map(({ _id }) => _id) } })).deletedCount;

  const put = async (documents: readonly DeliveryDocument[]): Promise<void> => {
    try {
      await deliveries.insertMany([...documents], { ordered: false });
    } catch (error) {
      if (!onlyDuplicates(error)) throw error;
    }
  };

  return {
    /** Makes a queue, or adds bindings to one. */
    bind: async (queue: string, bindings: readonly string[]): Promise<void> => {
      await queues.updateOne({ _id: queue }, { $addToSet: { bindings: { $each: [...bindings] } } }, { upsert: true });
    },
    queues: (): Promise<EventQueueDocument[]> => queues.find({}, { maxTimeMS: commandMsMax }).toArray(),
    /** Puts messages into their queues; those that are there already stay as they are. */
    put,
    /** What is due in a queue and not in hand, the longest due first. */
    due: (queue: string, inHand: readonly string[], now: Date, limit: number): Promise<DeliveryDocument[]> =>
      deliveries
        .find(
          { queue, dueAt: { $lte: now }, ...(inHand.length === 0 ? {} : { _id: { $nin: [...inHand] } }) },
          { sort: { dueAt: 1 }, limit, maxTimeMS: commandMsMax },
        )
        .toArray(),
    done: async (ids: readonly string[]): Promise<void> => {
      await deliveries.deleteMany({ _id: { $in: [...ids] } });
    },
    postpone: async (id: string, failures: number, dueAt: Date): Promise<void> => {
      await deliveries.updateOne({ _id: id }, { $set: { failures, dueAt } });
    },
    /** Makes a dead letter of the message that was due then; one that has been put back meanwhile stays in its queue. */
    bury: async (letter: DeadLetterDocument, dueAt: Date): Promise<void> => {
      await dead.replaceOne({ _id: letter._id }, letter, { upsert: true });
      await deliveries.deleteOne({ _id: letter._id, dueAt });
    },
    /** How many messages stand in a queue; 100,000 stands for more as well. */
    waiting: (queue: string): Promise<number> =>
      deliveries.countDocuments({ queue }, { limit: countMax, maxTimeMS: commandMsMax }),
    deadCount: (): Promise<number> => dead.estimatedDocumentCount({ maxTimeMS: commandMsMax }),
    findDead,
    /** Puts dead letters back into their queues, with all their tries. */
    revive: async (query: DeadLetterQuery): Promise<number> => {
      const letters = await findDead(query);
      if (letters.length === 0) return 0;
      const dueAt = new Date();
      const again = letters.map(({ _id, queue, eventId, type, body }) => ({
        replaceOne: {
          filter: { _id },
          replacement: { queue, eventId, type, body, failures: 0, dueAt },
          upsert: true,
        },
      }));
      await deliveries.bulkWrite(again, { ordered: false });
      return dropDead(letters);
    },
    dropDead: async (query: DeadLetterQuery): Promise<number> => dropDead(await findDead(query)),
  };
};

export type DeliveryStore = ReturnType<typeof createDeliveryStore>;
