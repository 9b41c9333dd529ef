import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { connectShop } from './shop.js';

/** An order as it travels through the queue; its id makes a second delivery harmless. */
export interface SeckillOrder {
  _id: string;
  productId: string;
  customerId: string;
  quantity: number;
  createdAt: string;
}

interface OrderWriterDeps {
  connection: ChannelModel;
  queue: string;
  shop: Awaited<ReturnType<typeof connectShop>>;
}

const batchMax = 500;

const write = async ({ Product, Order }: OrderWriterDeps['shop'], orders: readonly SeckillOrder[]): Promise<void> => {
  const taken = new Map<string, number>();
  for (const { productId, quantity } of orders) taken.set(productId, (taken.get(productId) ?? 0) + quantity);
  const rows = orders.map((order) => ({ ...order, createdAt: new Date(order.createdAt) }));
  await Product.bulkWrite(
    [...taken].map(([_id, units]) => ({ updateOne: { filter: { _id }, update: { $inc: { stock: -units } } } })),
  );
  await Order.insertMany(rows, { lean: true });
};

/** Carries the queue's orders to MongoDB, as many at a time as have arrived, one acknowledgement for all of them. */
export const createOrderWriter = async ({ connection, queue, shop }: OrderWriterDeps): Promise<void> => {
  const channel = await connection.createChannel();
  await channel.prefetch(2 * batchMax);
  const waiting: ConsumeMessage[] = [];
  let writing = false;

  const drain = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    for (let batch = waiting.splice(0, batchMax); batch.length > 0; batch = waiting.splice(0, batchMax)) {
      await write(
        shop,
        batch.map((message) => JSON.parse(message.content.toString()) as SeckillOrder),
      );
      const last = batch.at(-1);
      if (last) channel.ack(last, true);
    }
    writing = false;
  };

  await channel.consume(queue, (message) => {
    if (message === null) return;
    waiting.push(message);
    void drain();
  });
};
