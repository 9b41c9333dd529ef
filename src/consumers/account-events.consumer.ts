import type { AccountFollow } from '../services/account-follow.service.js';
import type { Consumer, ConsumerOptions, EventBus } from '../services/messaging/event-bus.js';

const prefetch = 200;

/** What a service without accounts hears of them. */
export const consumeAccounts = (bus: Pick<EventBus, 'consume'>, { follow }: AccountFollow): Consumer => {
  const options: ConsumerOptions<'user.changed' | 'session.ended'> = {
    queue: 'orders.accounts',
    bindings: ['user.changed', 'session.ended'],
    prefetch,
    handle: follow,
  };
  return bus.consume(options);
};
