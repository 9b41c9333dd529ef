import type { Connection } from 'mongoose';
import { deliveryCollection } from '../../src/models/delivery.model.js';
import { outboxCollection } from '../../src/models/outbox.model.js';
import type { OrderView } from '../../src/schemas/order.js';
import type { Answer, ApiClient, Call } from './api-client.js';
import { waitFor } from './wait-for.js';

/** Calls of the order service, over a client of where it is. */
export const orderCalls = ({ api }: Pick<ApiClient, 'api'>) => {
  const get = (id: string, token: string) => api('GET', `/orders/${id}`, { token }) as Promise<Answer<OrderView>>;
  return {
    place: (call: Call) => api('POST', '/orders', call) as Promise<Answer<OrderView>>,
    get,
    list: (token: string, query = '') => api('GET', `/orders${query}`, { token }) as Promise<Answer<OrderView[]>>,
    ofProduct: (productId: string, call: Call, query = '') =>
      api('GET', `/orders/product/${productId}${query}`, call) as Promise<Answer<OrderView[]>>,
    cancel: (id: string, call: Call) => api('POST', `/orders/${id}/cancel`, call) as Promise<Answer<OrderView>>,
    /** The order once it is no longer pending. */
    settled: (id: string, token: string, deadlineMs = 60_000): Promise<OrderView> =>
      waitFor(
        async () => {
          const { data } = await get(id, token);
          return data.status !== 'pending' && data;
        },
        { deadlineMs, what: `the end of order ${id}` },
      ) as Promise<OrderView>,
  };
};

export type OrderCalls = ReturnType<typeof orderCalls>;

/** Waits until a database has no event left to publish, and none to deliver where it is the bus as well. */
export const messagesGone = async (connection: Connection, deadlineMs = 60_000): Promise<void> => {
  const isEmpty = async (name: string, filter = {}) => (await connection.collection(name).countDocuments(filter)) === 0;
  await waitFor(
    async () =>
      (await isEmpty(outboxCollection, { 'events.0': { $exists: true } })) && (await isEmpty(deliveryCollection)),
    { deadlineMs, what: 'the end of all messages' },
  );
};
