import type { ClientSession, Connection } from 'mongoose';
import type { DomainEvent } from '../schemas/events.js';
import { newId } from '../utils/uuid.js';
import { commandCollection, type CommandDocument } from './command.model.js';
import { isDuplicateKey } from './duplicate-key.js';
import { orderCollection, type OrderDocument } from './order.model.js';
import type { OnOrderStep } from './order-step.js';
import { outboxCollection, type OutboxDocument } from './outbox.model.js';
import { inTransaction } from './transaction.js';

/** An order with what is written beside it, in one transaction. */
export interface OrderWrite {
  order: OrderDocument;
  command: CommandDocument;
  event: DomainEvent;
}

/** A cancel, with what is written beside it. */
export interface CancelWrite {
  orderId: string;
  at: Date;
  /** Null where the caller has sent no key. */
  keyOf: ((cancelled: OrderDocument) => CommandDocument) | null;
  event: DomainEvent;
}

/** Another process can write a key in the moment between our look and our write; it is found at the next look. */
const duplicateTriesMax = 3;

/** A key that somebody else has written meanwhile ends the transaction; seen at the next look, it is a repeat like any other. */
const unlessDuplicate = async <T>(run: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (!isDuplicateKey(error) || tries >= duplicateTriesMax) throw error;
    }
  }
};

/** The order service's writes: an order, its event and its key together or not at all. Natively, as they come in batches. */
export const createOrderStore = (connection: Connection, onStep?: OnOrderStep) => {
  const orders = connection.collection<OrderDocument>(orderCollection);
  const commands = connection.collection<CommandDocument>(commandCollection);
  const outbox = connection.collection<OutboxDocument>(outboxCollection);

  const note = (events: readonly DomainEvent[], createdAt: Date): OutboxDocument => ({
    _id: newId(),
    events: [...events],
    createdAt,
  });

  const storedUnder = async (
    keys: readonly string[],
    session: ClientSession,
  ): Promise<Map<string, CommandDocument>> => {
    const found = await commands.find({ _id: { $in: [...keys] } }, { session }).toArray();
    return new Map(found.map((command) => [command._id, command]));
  };

  return {
    /**
     * Writes the orders whose keys are free, in one transaction.
     * @param writes with a key each, all different
     * @returns what is kept under each key now, by key: this write's own command, or an earlier one
     * @throws the database's errors; the outcome is open then, and told by the keys
     */
    create: async (writes: readonly OrderWrite[], at: Date): Promise<Map<string, CommandDocument>> => {
      const stored = await unlessDuplicate(() =>
        inTransaction(connection, async (session) => {
          const kept = await storedUnder(
            writes.map(({ command }) => command._id),
            session,
          );
          const fresh = writes.filter(({ command }) => !kept.has(command._id));
          if (fresh.length > 0) {
            await orders.insertMany(
              fresh.map(({ order }) => order),
              { session },
            );
            onStep?.('order-inserted');
            await commands.insertMany(
              fresh.map(({ command }) => command),
              { session },
            );
            onStep?.('order-key-inserted');
            const events = fresh.map(({ event }) => event);
            await outbox.insertOne(note(events, at), { session });
            onStep?.('order-noted');
          }
          for (const { command } of fresh) kept.set(command._id, command);
          return kept;
        }),
      );
      onStep?.('order-placed');
      return stored;
    },

    /**
     * Cancels a pending or confirmed order.
     * @returns the order as it was cancelled, or null when there is none in such a state
     */
    cancel: async ({ orderId, at, keyOf, event }: CancelWrite): Promise<OrderDocument | null> => {
      const cancelled = await unlessDuplicate(() =>
        inTransaction(connection, async (session) => {
          const order = await orders.findOneAndUpdate(
            { _id: orderId, status: { $in: ['pending', 'confirmed'] } },
            { $set: { status: 'cancelled', updatedAt: at } },
            { session, returnDocument: 'after' },
          );
          if (order === null) return null;
          onStep?.('order-cancelled');
          await outbox.insertOne(note([event], at), { session });
          onStep?.('cancel-noted');
          if (keyOf === null) return order;
          await commands.insertOne(keyOf(order), { session });
          onStep?.('cancel-key-inserted');
          return order;
        }),
      );
      if (cancelled !== null) onStep?.('cancel-placed');
      return cancelled;
    },
  };
};

export type OrderStore = ReturnType<typeof createOrderStore>;
