import { createServer } from 'node:http';
import express from 'express';
import { listen, needed } from './listen.js';
import { connectRedis } from './redis.js';
import { connectShop, quantityOf } from './shop.js';
import { createTutorialReads, productKey } from './tutorial-reads.js';

/**
 * What a user would write instead: stock Express, one conditional `findOneAndUpdate` per request, then the order, reads from
 * Redis. A crash between the two loses the order, and a read that misses while somebody buys may bring the old stock back
 * for a minute. Customers are believed what they say they are; nothing is logged or limited.
 */
const main = async (): Promise<void> => {
  const { Product, Order, close } = await connectShop(needed('MONGO_URI'));
  const redis = await connectRedis(needed('REDIS_URL'));
  const app = express();
  app.use(express.json());
  app.use(createTutorialReads({ Product, redis }));

  app.post('/api/v1/products/:id/purchase', async (req, res) => {
    const quantity = quantityOf(req.body);
    if (quantity === null) {
      res.status(400).json({ message: 'quantity must be a whole number above 0' });
      return;
    }
    const product = await Product.findOneAndUpdate(
      { _id: req.params.id, stock: { $gte: quantity } },
      { $inc: { stock: -quantity } },
      { returnDocument: 'after' },
    ).lean();
    if (product === null) {
      res.status(409).json({ message: 'Not enough stock' });
      return;
    }
    const order = await Order.create({
      productId: product._id,
      customerId: req.get('x-customer-id') ?? '',
      quantity,
      total: quantity * product.price,
    });
    await redis.del(productKey(product._id));
    res.status(201).json(order);
  });

  listen(createServer(app), async () => {
    await redis.close();
    await close();
  });
};

await main();
