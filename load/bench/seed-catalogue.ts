import mongoose from 'mongoose';
import { createMovementModel, type MovementDocument } from '../../src/models/movement.model.js';
import { createProductModel, type ProductDocument } from '../../src/models/product.model.js';
import { createProductBody, listProductsQuery } from '../../src/schemas/product.js';
import { newProduct } from '../../src/services/product-creation.js';
import { nextCursor } from '../../src/services/product-page.js';
import { newId } from '../../src/utils/uuid.js';
import { usualPrice } from './participant.js';

export interface SeededCatalogue {
  ids: string[];
  /** Queries of pages of 20, newest first, that begin behind products evenly spread over the catalogue. */
  pages: string[];
}

const batchMax = 5_000;
const pagesMax = 200;

const terms = createProductBody.parse({ name: 'Bench product', price: usualPrice, stock: 0, tags: ['bench'] });

/** A product as one made over HTTP would be, its first unit's line in the ledger included. */
const seeded = (number: number, stock: number, createdBy: string, at: Date) => {
  const input = { ...terms, name: `Bench product ${String(number)}`, stock };
  const product: ProductDocument = { ...newProduct(input, newId(at.getTime()), createdBy, at), seq: 1 };
  const movement: MovementDocument = {
    ...{ _id: newId(at.getTime()), productId: product._id, seq: 1, type: 'initial', delta: stock, soldDelta: 0 },
    ...{ reservedDelta: 0, stockAfter: stock, reason: null, reference: null, actorId: createdBy },
    ...{ buyerId: null, unitPrice: null, currency: null, createdAt: at },
  };
  return { product, movement };
};

const pageBehind = (product: ProductDocument): string => {
  const query = listProductsQuery.parse({});
  return `?limit=20&cursor=${nextCursor(query, [product]) ?? ''}`;
};

/**
 * Fills an empty database with products and the first lines of their ledgers, past the service: over HTTP a million would
 * take a quarter of an hour. The indexes are those of the service, built at the end, which is faster than row by row.
 */
export const seedCatalogue = async (uri: string, count: number, stock: number): Promise<SeededCatalogue> => {
  const connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
  try {
    const products = createProductModel(connection);
    const movements = createMovementModel(connection);
    const createdBy = newId();
    const firstMs = Date.now() - count;
    const catalogue: SeededCatalogue = { ids: [], pages: [] };
    for (let from = 0; from < count; from += batchMax) {
      const rows = Array.from({ length: Math.min(batchMax, count - from) }, (_, i) =>
        seeded(from + i + 1, stock, createdBy, new Date(firstMs + from + i)),
      );
      await Promise.all([
        products.collection.insertMany(rows.map(({ product }) => product) as never[], { ordered: false }),
        movements.collection.insertMany(rows.map(({ movement }) => movement) as never[], { ordered: false }),
      ]);
      const step = Math.max(1, Math.floor(count / pagesMax));
      rows.forEach(({ product }, i) => {
        catalogue.ids.push(product._id);
        if ((from + i) % step === 0) catalogue.pages.push(pageBehind(product));
      });
    }
    await products.createIndexes();
    await movements.createIndexes();
    // What was seeded is on disk before anything is measured, so that no checkpoint of it falls into a window.
    await connection.getClient().db('admin').command({ fsync: 1 });
    return catalogue;
  } finally {
    await connection.close();
  }
};
