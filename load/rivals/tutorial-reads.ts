import { Router, type Response } from 'express';
import type { connectRedis } from './redis.js';
import type { connectShop } from './shop.js';

export interface TutorialReadsDeps {
  Product: Awaited<ReturnType<typeof connectShop>>['Product'];
  redis: Awaited<ReturnType<typeof connectRedis>>;
}

const ttlSeconds = 60;
const limitMax = 100;

/** Where a product is cached; who changes it deletes this. */
export const productKey = (id: string): string => `product:${id}`;

const numberOr = (value: unknown, otherwise: number): number => (typeof value === 'string' ? Number(value) : otherwise);

/** Cached reads as everyone writes them: `redis.get`, parse, send; on a miss the database, and the copy for a minute. */
export const createTutorialReads = ({ Product, redis }: TutorialReadsDeps): Router => {
  const cached = async (res: Response, key: string, read: () => Promise<unknown>): Promise<void> => {
    const copy = await redis.get(key);
    if (copy !== null) {
      res.json(JSON.parse(copy));
      return;
    }
    const found = await read();
    if (found === null) {
      res.status(404).json({ message: 'Not found' });
      return;
    }
    await redis.set(key, JSON.stringify(found), { expiration: { type: 'EX', value: ttlSeconds } });
    res.json(found);
  };
  const router = Router();

  router.get('/api/v1/products', async (req, res) => {
    const limit = Math.min(numberOr(req.query['limit'], 20), limitMax);
    const minPrice = numberOr(req.query['minPrice'], 0);
    if (Number.isNaN(limit) || Number.isNaN(minPrice)) {
      res.status(400).json({ message: 'limit and minPrice must be numbers' });
      return;
    }
    await cached(res, `products:${String(limit)}:${String(minPrice)}`, () =>
      Product.find({ price: { $gte: minPrice } })
        .sort({ _id: -1 })
        .limit(limit)
        .lean(),
    );
  });

  router.get('/api/v1/products/:id', async (req, res) => {
    const { id } = req.params;
    await cached(res, productKey(id), () => Product.findById(id).lean());
  });

  return router;
};
