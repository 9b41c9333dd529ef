import type { Router } from 'express';
import { createProductController } from '../controllers/product.controller.js';
import { createStockController } from '../controllers/stock.controller.js';
import { createLedgerRepair } from '../models/ledger-repair.js';
import { createMovementQueries } from '../models/movement-queries.js';
import { createProductQueries } from '../models/product-queries.js';
import { createCatalogueRoutes, createProductRoutes } from '../routes/product.routes.js';
import { createStockRoutes } from '../routes/stock.routes.js';
import { createProductBody } from '../schemas/product.js';
import { createAuditMetrics } from '../services/audit-metrics.service.js';
import { createAuditService } from '../services/audit.service.js';
import { createDemo, type DemoProduct } from '../services/demo.service.js';
import { createOrderMetrics } from '../services/order-metrics.service.js';
import { createDirectProductCheck } from '../services/orders/product-check.js';
import { createProductReads } from '../services/product-reads.service.js';
import { createProductService, type ProductService } from '../services/product.service.js';
import { createPurchaseService } from '../services/purchase.service.js';
import { createStockService } from '../services/stock.service.js';
import { wireBestSellers } from './best-sellers.js';
import { wireProductCache } from './cache.js';
import { wireFeed } from './feed.js';
import { wireFigures } from './figures.js';
import type { Ground } from './ground.js';
import { wireJobs } from './jobs.js';
import { wireLimits } from './limits.js';
import { createModels, type Models } from './models.js';
import { wireMessaging } from './messaging.js';
import { wireOrders, wireOrderStock } from './orders.js';
import { wirePeople } from './people.js';
import { wireReservations } from './reservations.js';
import { wireStock } from './stock.js';
import { wireStockStream } from './stock-stream.js';

/** Shows something to who looks for the first time; a database that holds products already is left alone. */
const fillDemo = async (products: ProductService, models: Models, adminId: string): Promise<void> => {
  if ((await models.products.estimatedDocumentCount()) > 0) return;
  const create = (input: DemoProduct, id: string) =>
    products.create({ id, role: 'admin' }, createProductBody.parse(input), undefined);
  await createDemo({ products: { create } }).fill(adminId);
};

/** The business: models, services, controllers and the routers of the API, wired. */
export const wireApi = async (ground: Ground): Promise<Router[]> => {
  const models = createModels(ground.connection);
  const cache = await wireProductCache(ground, models);
  const { ranking, bestSellers, moved } = wireBestSellers(ground, models, cache);
  const engine = await wireStock(ground, models, { moved });
  const { stream, routes: events } = wireStockStream(ground, models, cache.products);
  wireFeed(ground, models, cache, ranking, stream);
  const jobs = await wireJobs(ground, models);
  const messaging = wireMessaging(ground);
  wireOrderStock(ground, models, { engine, bus: messaging.bus });
  const limits = await wireLimits(ground, models);
  const people = await wirePeople(ground, models, limits);
  const { adminId, names, guard } = people;
  const queries = createProductQueries({ ...models, reads: ground.reads });
  const products = createProductService({ products: queries, engine, cache: cache.products });
  const reads = createProductReads({ products: queries, cache: cache.products, names });
  if (ground.env.DEMO && adminId !== undefined) await fillDemo(products, models, adminId);
  const ledger = createMovementQueries({ ...models, reads: ground.reads });
  const purchases = createPurchaseService({ engine, ledger });
  const audits = createAuditService({
    ledger,
    repair: createLedgerRepair(models),
    audited: createAuditMetrics(ground.metrics.registry).audited,
  });
  const stock = createStockController({ purchases, stock: createStockService({ engine, ledger }), audits });
  const catalogue = createProductController({ products, reads, bestSellers });
  const orders =
    ground.env.SERVICE === 'all'
      ? [
          await wireOrders(ground, {
            cache: cache.cache,
            bus: messaging.bus,
            check: createDirectProductCheck({ reads }),
            guard,
            metrics: createOrderMetrics(ground.metrics.registry),
          }),
        ]
      : [];
  // Last, so that no consumer misses anything.
  await messaging.startRelay(jobs.queue);
  if (ground.env.RUN_JOBS) jobs.startWorkers();
  return [
    // The busiest first: a request passes every route before its own.
    createCatalogueRoutes({ controller: catalogue, guard }),
    createStockRoutes({ controller: stock, guard }),
    wireReservations(ground, models, { engine, ledger, guard }),
    createProductRoutes({ controller: catalogue, guard }),
    ...orders,
    ...people.routes,
    events(guard, limits),
    wireFigures(ground, { products, purchases, audits }, guard),
    jobs.routes(guard, people.log),
  ];
};
