import { createServer } from 'node:http';
import express from 'express';
import mongoose from 'mongoose';
import { listen, needed } from './listen.js';
import { connectShop, quantityOf } from './shop.js';

/** Correct by the book: one `withTransaction` per request around the conditional decrement and the order. */
const main = async (): Promise<void> => {
  const { Product, Order, close } = await connectShop(needed('MONGO_URI'));
  const app = express();
  app.use(express.json());

  const buy = (productId: string, customerId: string, quantity: number) =>
    mongoose.connection.withSession((session) =>
      session.withTransaction(async () => {
        const product = await Product.findOneAndUpdate(
          { _id: productId, stock: { $gte: quantity } },
          { $inc: { stock: -quantity } },
          { returnDocument: 'after', session },
        ).lean();
        if (product === null) return null;
        const [order] = await Order.create([{ productId, customerId, quantity, total: quantity * product.price }], {
          session,
        });
        return order;
      }),
    );

  app.post('/api/v1/products/:id/purchase', async (req, res) => {
    const quantity = quantityOf(req.body);
    if (quantity === null) {
      res.status(400).json({ message: 'quantity must be a whole number above 0' });
      return;
    }
    const order = await buy(req.params.id, req.get('x-customer-id') ?? '', quantity);
    if (order) res.status(201).json(order);
    else res.status(409).json({ message: 'Not enough stock' });
  });

  listen(createServer(app), close);
};

await main();
