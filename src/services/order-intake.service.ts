import type { OnOrderStep } from '../models/order-step.js';
import type { OutboxWriter } from '../models/outbox-writer.js';
import type { DomainEvent, EventData } from '../schemas/events.js';
import { createGroup } from '../utils/group.js';
import { newId } from '../utils/uuid.js';
import type { OrderRefusal, OrderStock } from './order-stock.types.js';

export interface OrderIntakeDependencies {
  stock: OrderStock;
  outbox: OutboxWriter;
  now?: () => Date;
  onStep?: OnOrderStep | undefined;
}

const batchMax = 500;
const waitingMax = 5_000;

const about = (at: Date) => ({ id: newId(), version: 1, occurredAt: at.toISOString() }) as const;
const confirmed = (orderId: string, at: Date): DomainEvent => ({
  ...about(at),
  type: 'order.confirmed',
  data: { orderId },
});
const rejected = (orderId: string, reason: OrderRefusal, at: Date): DomainEvent => ({
  ...about(at),
  type: 'order.rejected',
  data: { orderId, reason },
});

/**
 * The product service's side of an order: takes its stock, and answers. The answer of a take is written in the take's own
 * transaction; a refusal has none, so its answer is written by itself before the message counts as handled. A message that comes
 * again is answered again with what was decided, so an answer that got lost can be had anew.
 */
export const createOrderIntake = ({ stock, outbox, now = () => new Date(), onStep }: OrderIntakeDependencies) => {
  const answers = createGroup<DomainEvent, undefined>({
    batchMax,
    waitingMax,
    run: async (events) => {
      await outbox.add(events, now());
      return events.map(() => undefined);
    },
  });

  return {
    /** Resolves once the stock is taken or refused for good, and the answer on its way. @throws as `OrderStock.take`, and the database's errors */
    take: async ({ orderId, buyerId, currency, items }: EventData<'order.created'>): Promise<void> => {
      const outcome = await stock.take({ id: orderId, buyerId, currency, items }, [confirmed(orderId, now())]);
      if (outcome.status === 'refused') {
        onStep?.('refusal-kept');
        await answers.submit(rejected(orderId, outcome.reason, now()));
        onStep?.('refusal-noted');
      } else if (outcome.status === 'taken') {
        if (outcome.again) await answers.submit(confirmed(orderId, now()));
        onStep?.('stock-taken');
      }
    },

    /** Resolves once the order has given back what it took, and will take nothing more. @throws as `OrderStock.giveBack` */
    giveBack: async ({ orderId, actorId }: EventData<'order.cancelled'>): Promise<void> => {
      await stock.giveBack({ id: orderId, actorId });
      onStep?.('stock-given-back');
    },
  };
};

export type OrderIntake = ReturnType<typeof createOrderIntake>;
