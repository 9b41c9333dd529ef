import type { Connection } from 'mongoose';
import type { DomainEvent } from '../schemas/events.js';
import { newId } from '../utils/uuid.js';
import { outboxCollection, type OutboxDocument } from './outbox.model.js';

/** Puts events into the outbox that nothing else is written beside. */
export const createOutboxWriter = (connection: Connection) => {
  const outbox = connection.collection<OutboxDocument>(outboxCollection);
  return {
    /** Resolves once they are kept for good. */
    add: async (events: readonly DomainEvent[], createdAt: Date): Promise<void> => {
      await outbox.insertOne({ _id: newId(), events: [...events], createdAt });
    },
  };
};

export type OutboxWriter = ReturnType<typeof createOutboxWriter>;
