import { createServer } from 'node:http';
import express from 'express';
import { constantPath, productJson, purchaseJson } from './constants.js';
import { listen } from './listen.js';

/** Express as everyone writes it, on its default settings, with handlers that do nothing: the cost of doing nothing. */
const main = (): void => {
  const product: unknown = JSON.parse(productJson);
  const purchase: unknown = JSON.parse(purchaseJson);
  const app = express();
  app.use(express.json());
  app.get(constantPath, (_req, res) => {
    res.json(product);
  });
  app.post('/api/v1/products/:id/purchase', (_req, res) => {
    res.status(201).json(purchase);
  });
  listen(createServer(app));
};

main();
