import { createServer } from 'node:http';
import express from 'express';
import { listen, needed } from './listen.js';
import { connectShop, quantityOf } from './shop.js';

/**
 * What a user would write instead: stock Express, one conditional `findOneAndUpdate` per request, then the order.
 * A crash between the two loses the order. Customers are believed what they say they are; nothing is logged or limited.
 */
const main = async (): Promise<void> => {
  const { Product, Order, close } = await connectShop(needed('MONGO_URI'));
  const app = express();
  app.use(express.json());

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
    res.status(201).json(order);
  });

  listen(createServer(app), close);
};

await main();
