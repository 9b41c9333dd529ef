import { commandKeptMs, type Answer, type CommandDocument, type StoredAnswer } from '../../models/command.model.js';
import type { OrderDocument } from '../../models/order.model.js';
import type { OrderQueries } from '../../models/order-queries.js';
import type { OrderStore } from '../../models/order-store.js';
import type { OrderInput } from '../../schemas/order.js';
import type { Caller } from '../../utils/caller.js';
import { envelope } from '../../utils/envelope.js';
import { AppError } from '../../utils/errors.js';
import { messages } from '../../utils/messages.js';
import { isMongoUnavailable } from '../../utils/mongo-faults.js';
import { requestHash } from '../../utils/request-hash.js';
import { newId } from '../../utils/uuid.js';
import { cancelledEvent, createdEvent, newOrder, orderView } from './new-order.js';
import type { OrderCache } from './order-cache.service.js';
import { maySee } from './order-reads.service.js';
import type { OrderWriter } from './order-writer.js';
import type { CheckContext, CheckedProduct, ProductCheck } from './product-check.js';

export interface OrderServiceDependencies {
  check: ProductCheck;
  writer: Pick<OrderWriter, 'write'>;
  store: Pick<OrderStore, 'cancel'>;
  queries: Pick<OrderQueries, 'find' | 'answer'>;
  cache: Pick<OrderCache, 'around'>;
  now?: () => Date;
}

/** An answer, and whether it repeats one that was given before. */
export interface SettledOrder extends Answer {
  replayed: boolean;
}

/** What is kept, beside a caller's key, of an order or a cancel. */
const commandOf = (keyId: string, hash: string, answer: Answer, at: Date): CommandDocument => ({
  _id: keyId,
  hash,
  ...answer,
  expiresAt: new Date(at.getTime() + commandKeptMs),
});

const placedAnswer = (order: OrderDocument): Answer => ({
  status: 201,
  body: envelope(201, messages.orderPlaced, orderView(order)),
  location: `/api/v1/orders/${order._id}`,
});

const cancelledAnswer = (order: OrderDocument): Answer => ({
  status: 200,
  body: envelope(200, messages.orderCancelled, orderView(order)),
  location: null,
});

/** The outcome is open: the caller learns it by repeating with the key. */
const unresolved = (key: string, cause: unknown): unknown =>
  isMongoUnavailable(cause)
    ? new AppError('UNAVAILABLE', { headers: { 'Retry-After': '1', 'Idempotency-Key': key }, cause })
    : cause;

const replayOf = ({ hash, answer }: StoredAnswer, asked: string): SettledOrder => {
  if (hash !== asked) throw new AppError('IDEMPOTENCY_KEY_REUSED');
  return { ...answer, replayed: true };
};

export const createOrderService = (dependencies: OrderServiceDependencies) => {
  const { check, writer, store, queries, cache, now = () => new Date() } = dependencies;

  const repeatOf = async (keyId: string, hash: string): Promise<SettledOrder | null> => {
    const stored = await queries.answer(keyId);
    return stored && replayOf(stored, hash);
  };

  const productsOf = async ({ items }: OrderInput, context: CheckContext): Promise<Map<string, CheckedProduct>> => {
    const ids = [...new Set(items.map(({ productId }) => productId))];
    const found = await Promise.all(ids.map((id) => check.find(id, context)));
    return new Map(found.flatMap((product) => (product === null ? [] : [[product.id, product]])));
  };

  const load = async (caller: Caller, id: string): Promise<OrderDocument> => {
    const order = await queries.find(id);
    if (!order || !maySee(caller, order)) throw new AppError('NOT_FOUND');
    return order;
  };

  return {
    /**
     * Places an order at the prices of this moment; its stock is taken afterwards.
     * @throws AppError NOT_FOUND, VALIDATION_FAILED, PRICE_CHANGED, IDEMPOTENCY_KEY_REUSED, UNAUTHENTICATED or FORBIDDEN where the
     * product service refuses the caller, UNAVAILABLE
     */
    place: async (
      caller: Caller,
      input: OrderInput,
      key: string | undefined,
      context: CheckContext,
    ): Promise<SettledOrder> => {
      const hash = requestHash('order', input.items);
      // Who sends no key is given one: a 503 can be resolved by repeating with it.
      const retryKey = key ?? newId();
      const keyId = `${caller.id}:${retryKey}`;
      const repeat = key === undefined ? null : await repeatOf(keyId, hash);
      if (repeat) return repeat;
      const products = await productsOf(input, context);
      const at = now();
      const order = newOrder(caller.id, input.items, products, at);
      const answer = placedAnswer(order);
      const command = commandOf(keyId, hash, answer, at);
      try {
        const stored = await writer.write({ order, command, event: createdEvent(order) });
        // Each order's answer has its id in it, so an equal one is this order's own.
        if (stored.answer.body === answer.body) return { ...answer, replayed: false };
        return replayOf(stored, hash);
      } catch (error) {
        throw unresolved(retryKey, error);
      }
    },

    /**
     * Cancels an order; what it took, or is just taking, goes back into stock. A cancelled one stays cancelled.
     * @throws AppError NOT_FOUND, ORDER_STATE (it was rejected), IDEMPOTENCY_KEY_REUSED, UNAVAILABLE
     */
    cancel: async (caller: Caller, id: string, key: string | undefined): Promise<SettledOrder> => {
      const hash = requestHash('cancel-order', id);
      const keyId = `${caller.id}:${key ?? ''}`;
      const repeat = key === undefined ? null : await repeatOf(keyId, hash);
      if (repeat) return repeat;
      const order = await load(caller, id);
      const at = now();
      const cancelled = await cache.around([order], () =>
        store.cancel({
          orderId: id,
          at,
          keyOf: key === undefined ? null : (done) => commandOf(keyId, hash, cancelledAnswer(done), at),
          event: cancelledEvent(id, caller.id, at),
        }),
      );
      if (cancelled) return { ...cancelledAnswer(cancelled), replayed: false };
      const first = key === undefined ? null : await repeatOf(keyId, hash);
      if (first) return first;
      const current = await load(caller, id);
      if (current.status === 'cancelled') return { ...cancelledAnswer(current), replayed: false };
      throw new AppError('ORDER_STATE', { details: { status: current.status } });
    },
  };
};

export type OrderService = ReturnType<typeof createOrderService>;
