import type { OrderOutcomeStore, OutcomeWrite } from '../../models/order-outcomes.js';
import type { AnyOf } from '../../schemas/events.js';
import { createGroup } from '../../utils/group.js';
import type { OrderCache } from './order-cache.service.js';

export interface OrderOutcomesDependencies {
  store: OrderOutcomeStore;
  cache: Pick<OrderCache, 'around'>;
  now?: () => Date;
}

type OutcomeEvent = AnyOf<'order.confirmed' | 'order.rejected'>;

const batchMax = 500;
const waitingMax = 5_000;

const reasonOf = (event: OutcomeEvent): OutcomeWrite['reason'] => {
  if (event.type === 'order.confirmed') return null;
  const { code, details } = event.data.reason;
  return details === undefined ? { code } : { code, details };
};

/** Has orders follow what the product service has decided; the same decision twice, or after a cancel, changes nothing. */
export const createOrderOutcomes = ({ store, cache, now = () => new Date() }: OrderOutcomesDependencies) => {
  const group = createGroup<OutcomeEvent, undefined>({
    batchMax,
    waitingMax,
    run: async (events) => {
      const at = now();
      const writes = events.map((event): OutcomeWrite => ({
        orderId: event.data.orderId,
        status: event.type === 'order.confirmed' ? 'confirmed' : 'rejected',
        reason: reasonOf(event),
        at,
      }));
      const parties = await store.parties(writes.map(({ orderId }) => orderId));
      await cache.around(parties, () => store.settle(writes));
      return events.map(() => undefined);
    },
  });
  return {
    /** Resolves once the order has followed for good. @throws the database's errors: call again */
    follow: async (event: OutcomeEvent): Promise<void> => {
      await group.submit(event);
    },
  };
};

export type OrderOutcomes = ReturnType<typeof createOrderOutcomes>;
