import express, { type Express } from 'express';
import type { Connection } from 'mongoose';
import { createProductController } from '../../src/controllers/product.controller.js';
import { createAuthenticate } from '../../src/middlewares/authenticate.js';
import { createErrorHandler } from '../../src/middlewares/error-handler.js';
import { createGuard } from '../../src/middlewares/guard.js';
import { createJsonBody } from '../../src/middlewares/json-body.js';
import { createAdminActionModel } from '../../src/models/admin-action.model.js';
import { createCommandModel } from '../../src/models/command.model.js';
import { createMovementModel } from '../../src/models/movement.model.js';
import { createProductQueries } from '../../src/models/product-queries.js';
import { createProductModel, type ProductDocument } from '../../src/models/product.model.js';
import { createStockStore } from '../../src/models/stock-store.js';
import { createCatalogueRoutes, createProductRoutes } from '../../src/routes/product.routes.js';
import { createProductBody, type CreateProductInput } from '../../src/schemas/product.js';
import { newProduct } from '../../src/services/product-creation.js';
import { createBestSellers } from '../../src/services/best-sellers.service.js';
import { createCache } from '../../src/services/cache/cache.service.js';
import { createMemoryRoom } from '../../src/services/cache/memory-store.js';
import { createCached } from '../../src/services/cached.service.js';
import { createProductCache } from '../../src/services/product-cache.service.js';
import { createProductReads } from '../../src/services/product-reads.service.js';
import { createProductService } from '../../src/services/product.service.js';
import { createLane } from '../../src/services/stock-engine/lane.js';
import { createStockEngine } from '../../src/services/stock-engine/stock-engine.js';
import type { Caller } from '../../src/utils/caller.js';
import { AppError } from '../../src/utils/errors.js';
import { newId } from '../../src/utils/uuid.js';

const nothing = () => undefined;

/** The people of these tests; the token of each is its role. */
export const people = {
  user: { id: newId(), role: 'user' },
  manager: { id: newId(), role: 'manager' },
  admin: { id: newId(), role: 'admin' },
} as const satisfies Record<string, Caller>;

const tokens = {
  verify: (token: string): Caller => {
    const found = Object.values(people).find(({ role }) => role === token);
    if (!found) throw new AppError('UNAUTHENTICATED');
    return found;
  },
};

/** Nobody's account changes here. */
const knownAccounts = { isFresh: () => true, renew: () => Promise.resolve() };

/** The catalogue with the real engine on a real database, and an app that serves its routes alone. */
export const createCatalogue = async (connection: Connection) => {
  const model = createProductModel(connection);
  const movements = createMovementModel(connection);
  for (const each of [model, movements, createCommandModel(connection), createAdminActionModel(connection)]) {
    await each.createCollection();
    await each.createIndexes();
  }
  const queries = createProductQueries({ products: model });
  const metrics = { read: nothing, filled: nothing, leaseLost: nothing, storeFailed: nothing, invalidation: nothing };
  const store = createMemoryRoom().store();
  const logger = { warn: nothing, error: nothing };
  const kept = createCache({ store, l1: { entriesMax: 1000, bytesMax: 1_000_000 }, metrics, logger });
  const cache = createProductCache({ cache: kept, products: queries, ttlMs: 60_000 });
  const lane = createLane({
    store: createStockStore(connection),
    endOrphans: () => Promise.resolve(),
    afterCommit: cache.moved,
    metrics: { batch: nothing, commitMs: nothing, retry: nothing },
    logger,
    now: () => new Date(),
    isAlone: () => false,
  });
  const engine = createStockEngine({ lane, queueMax: 1000, metrics: { outcome: nothing } });
  const products = createProductService({ products: queries, engine, cache });
  const names = { of: () => Promise.resolve(new Map([[people.manager.id, 'Mara']])) };
  const reads = createProductReads({ products: queries, cache, names });
  const bestSellers = createBestSellers({
    ranking: { best: () => Promise.resolve(null) },
    ids: createCached(kept, { name: 'top', ttlMs: 1 }),
    cache,
    products: queries,
  });
  return { model, movements, engine, queries, products, reads, bestSellers };
};

export type Catalogue = Awaited<ReturnType<typeof createCatalogue>>;

export const createCatalogueApp = ({ products, reads, bestSellers }: Catalogue): Express => {
  const app = express();
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(createJsonBody({ limitBytes: 100_000 }));
  const controller = createProductController({ products, reads, bestSellers });
  const guard = createGuard({ authenticate: createAuthenticate({ tokens, accounts: knownAccounts }) });
  app.use(createCatalogueRoutes({ controller, guard }));
  app.use(createProductRoutes({ controller, guard }));
  app.use(createErrorHandler({ logger: { warn: nothing, error: nothing } }));
  return app;
};

/** A stored product, as one made over HTTP would be, at a time of one's choice. */
export const storedProduct = (
  input: Partial<CreateProductInput> & { name: string },
  at = new Date(),
): ProductDocument => ({
  ...newProduct(createProductBody.parse({ price: 100, stock: 1, ...input }), newId(), people.manager.id, at),
  seq: 1,
});
