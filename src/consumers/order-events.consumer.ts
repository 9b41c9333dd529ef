import type { Consumer, ConsumerOptions, EventBus } from '../services/messaging/event-bus.js';
import type { OrderIntake } from '../services/order-intake.service.js';
import type { OrderOutcomes } from '../services/orders/order-outcomes.service.js';

/** Enough in hand to fill the batches of who works them off. */
const prefetch = 500;

/** What the product service hears of orders. */
export const consumeOrders = (bus: Pick<EventBus, 'consume'>, intake: OrderIntake): Consumer => {
  const options: ConsumerOptions<'order.created' | 'order.cancelled'> = {
    queue: 'stock.orders',
    bindings: ['order.created', 'order.cancelled'],
    prefetch,
    handle: (event) => (event.type === 'order.created' ? intake.take(event.data) : intake.giveBack(event.data)),
  };
  return bus.consume(options);
};

/** What the order service hears of its orders. */
export const consumeOutcomes = (bus: Pick<EventBus, 'consume'>, outcomes: OrderOutcomes): Consumer => {
  const options: ConsumerOptions<'order.confirmed' | 'order.rejected'> = {
    queue: 'orders.outcomes',
    bindings: ['order.confirmed', 'order.rejected'],
    prefetch,
    handle: outcomes.follow,
  };
  return bus.consume(options);
};
