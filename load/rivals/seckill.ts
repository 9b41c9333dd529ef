import { createServer } from 'node:http';
import amqp from 'amqplib';
import express from 'express';
import { listen, needed } from './listen.js';
import { connectRedis } from './redis.js';
import { createOrderWriter, type SeckillOrder } from './seckill-writer.js';
import { connectShop, quantityOf } from './shop.js';

/** Stock is checked, taken and the buyer remembered in one step; -1: not enough of it. */
const takeStock = `
local stock = tonumber(redis.call('GET', KEYS[1]) or '0')
local quantity = tonumber(ARGV[2])
if stock < quantity then return -1 end
redis.call('HINCRBY', KEYS[2], ARGV[1], quantity)
return redis.call('DECRBY', KEYS[1], quantity)`;

const connectBroker = async (url: string, queue: string) => {
  const connection = await amqp.connect(url);
  const publisher = await connection.createConfirmChannel();
  // The queue outlives a crash of the bench by ten minutes at most.
  await publisher.assertQueue(queue, { durable: true, arguments: { 'x-expires': 600_000 } });
  const publish = (order: SeckillOrder): Promise<void> =>
    new Promise((resolve, reject) => {
      publisher.sendToQueue(queue, Buffer.from(JSON.stringify(order)), { persistent: true }, (error: unknown) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
  const close = async () => {
    await publisher.deleteQueue(queue);
    await connection.close();
  };
  return { connection, publish, close };
};

/**
 * What flash-sale shops do: Redis decides, RabbitMQ confirms, MongoDB hears of it later. A crash between the first
 * two loses the order while its unit is gone.
 */
const main = async (): Promise<void> => {
  const queue = needed('SECKILL_QUEUE');
  const shop = await connectShop(needed('MONGO_URI'));
  const redis = await connectRedis(needed('REDIS_URL'));
  const broker = await connectBroker(needed('RABBITMQ_URL'), queue);
  const sha = await redis.scriptLoad(takeStock);
  await createOrderWriter({ connection: broker.connection, queue, shop });
  const app = express();
  app.use(express.json());

  app.post('/api/v1/products/:id/purchase', async (req, res) => {
    const productId = req.params.id;
    const customerId = req.get('x-customer-id') ?? '';
    const quantity = quantityOf(req.body);
    if (quantity === null) {
      res.status(400).json({ message: 'quantity must be a whole number above 0' });
      return;
    }
    const left = await redis.evalSha(sha, {
      keys: [`stock:{${productId}}`, `buyers:{${productId}}`],
      arguments: [customerId, String(quantity)],
    });
    if (left === -1) {
      res.status(409).json({ message: 'Not enough stock' });
      return;
    }
    const order = { _id: crypto.randomUUID(), productId, customerId, quantity, createdAt: new Date().toISOString() };
    await broker.publish(order);
    res.status(201).json(order);
  });

  listen(createServer(app), async () => {
    await broker.close();
    await redis.close();
    await shop.close();
  });
};

await main();
