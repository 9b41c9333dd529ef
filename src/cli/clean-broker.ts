import { removeFromBroker } from '../config/broker.js';
import { defaultRetryPolicy } from '../services/messaging/delivery.js';
import { rabbitNames } from '../services/messaging/rabbit-topology.js';

const queues = ['stock.orders', 'orders.outcomes', 'orders.accounts'];

/** Removes what services with this prefix have declared at the broker. */
export const cleanBroker = (url: string, prefix: string): Promise<void> => {
  const names = rabbitNames(prefix);
  const levels = [...defaultRetryPolicy.levelsMs.keys()];
  return removeFromBroker(url, {
    queues: [
      ...queues.flatMap((queue) => [names.queue(queue), ...levels.map((level) => names.retry(queue, level))]),
      names.dead,
    ],
    exchanges: [names.events, names.dead],
  });
};
