import type { StoredAnswer } from '../../models/command.model.js';
import { storedAnswerOf } from '../../models/order-queries.js';
import type { OrderStore, OrderWrite } from '../../models/order-store.js';
import { AppError } from '../../utils/errors.js';
import { createGroup } from '../../utils/group.js';
import type { OrderCache } from './order-cache.service.js';

export interface OrderWriterDependencies {
  store: Pick<OrderStore, 'create'>;
  cache: Pick<OrderCache, 'around'>;
  /** The most orders that may wait. */
  queueMax: number;
  now?: () => Date;
}

const batchMax = 500;

/** The first of each key: two of one batch cannot both be written. */
const firstOfEachKey = (writes: readonly OrderWrite[]): OrderWrite[] =>
  [...new Map(writes.toReversed().map((write) => [write.command._id, write])).values()].toReversed();

/**
 * Writes orders batch by batch, each batch in one transaction: one commit for all who wait at a moment.
 * @returns how an order is written; told is what is kept under its key now, which is another order's answer where the key was taken
 */
export const createOrderWriter = ({ store, cache, queueMax, now = () => new Date() }: OrderWriterDependencies) => {
  const group = createGroup<OrderWrite, StoredAnswer>({
    batchMax,
    waitingMax: queueMax,
    run: async (writes) => {
      const firsts = firstOfEachKey(writes);
      const orders = firsts.map(({ order }) => order);
      const kept = await cache.around(orders, () => store.create(firsts, now()));
      return writes.map(({ command }) => {
        const stored = kept.get(command._id);
        if (!stored) throw new AppError('INTERNAL');
        return storedAnswerOf(stored);
      });
    },
  });
  return { write: group.submit, waiting: group.waiting, idle: group.idle };
};

export type OrderWriter = ReturnType<typeof createOrderWriter>;
