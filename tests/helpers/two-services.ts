import type { Connection } from 'mongoose';
import { freshDatabase, type FreshDatabase } from './mongo.js';
import { messagesGone, orderCalls, type OrderCalls } from './orders.js';
import { freshPrefix, rabbitUrl } from './rabbit.js';
import { spawnShop, type SpawnedShop } from './shop.js';

export interface TwoServices {
  products: SpawnedShop;
  /** The order service as a process, and the calls of it. */
  ordersShop: SpawnedShop;
  orders: OrderCalls;
  /** Databases of each. */
  connections: { products: Connection; orders: Connection };
  /** Waits until every event has been published; queues are empty a moment later. */
  eventsPublished: () => Promise<void>;
  close: () => Promise<void>;
}

/** Names for two services of the calling file; call it while tests are being defined. */
export const twoServiceNames = () => ({
  productsDatabase: freshDatabase(),
  ordersDatabase: freshDatabase(),
  prefix: freshPrefix('stock.orders', 'orders.outcomes', 'orders.accounts'),
});

export interface TwoServiceNames {
  productsDatabase: FreshDatabase;
  ordersDatabase: FreshDatabase;
  prefix: string;
}

/** The product service and the order service, a process each, with a database each; they meet at the real broker. */
export const spawnTwoServices = async (
  { productsDatabase, ordersDatabase, prefix }: TwoServiceNames,
  more: { env?: Readonly<Record<string, string>>; ordersEnv?: Readonly<Record<string, string>> } = {},
): Promise<TwoServices> => {
  const shared = { RABBITMQ_URL: rabbitUrl, RABBITMQ_PREFIX: prefix, LOG_LEVEL: 'info', ...more.env };
  const products = await spawnShop(productsDatabase.uri, { ...shared, SERVICE: 'products' });
  const ordersShop = await spawnShop(ordersDatabase.uri, {
    ...shared,
    SERVICE: 'orders',
    PRODUCT_SERVICE_URL: products.url,
    ...more.ordersEnv,
  });
  const connections = { products: await productsDatabase.connect(), orders: await ordersDatabase.connect() };
  return {
    products,
    ordersShop,
    orders: orderCalls(ordersShop.client),
    connections,
    eventsPublished: async () => {
      await messagesGone(connections.orders);
      await messagesGone(connections.products);
    },
    close: async () => {
      await Promise.all([ordersShop.close(), products.close()]);
    },
  };
};
