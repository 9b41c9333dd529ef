import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundProduct, ProductEdit, ProductQueries } from '../models/product-queries.js';
import {
  windowFault,
  windowIsSane,
  type CreateProductInput,
  type PatchProductInput,
  type ProductView,
} from '../schemas/product.js';
import type { Caller } from '../utils/caller.js';
import { AppError, unavailable, validationFailed } from '../utils/errors.js';
import { requestHash } from '../utils/request-hash.js';
import { fullJitterMs } from '../utils/retry.js';
import { nameKeyOf, termsOf } from '../utils/terms.js';
import { newId } from '../utils/uuid.js';
import { adminActionOf, type AdminContext } from './admin-log.service.js';
import { createCommand, newProduct } from './product-creation.js';
import type { ChangedProduct } from './product-cache.service.js';
import { productView } from './product-view.js';
import type { Settled, StockEngine } from './stock-engine/stock-engine.js';

export interface ProductDependencies {
  products: Pick<ProductQueries, 'find' | 'edit' | 'remove'>;
  engine: Pick<StockEngine, 'submit'>;
  cache: { edited: (change: ChangedProduct) => Promise<void> };
  now?: () => Date;
}

/** The versions that an edit is meant for; null for whichever is there. */
export type Versions = ReadonlySet<number> | null;

/** An edit that keeps losing to others, or to the sales of a very hot product, gives up after so many tries. */
const editTriesMax = 40;

/** What a merge patch makes of a product: the fields to write, and those that follow from them. */
const editOf = (current: FoundProduct, patch: PatchProductInput, updatedAt: Date): ProductEdit => {
  const { description, tags, ...rest } = patch;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const edit: ProductEdit = { ...given, updatedAt };
  if (description !== undefined) edit.description = description ?? '';
  if (tags !== undefined) edit.tags = tags ?? [];
  const next = { ...current, ...edit };
  if (!windowIsSane(next.saleStartsAt, next.saleEndsAt)) throw validationFailed([windowFault]);
  if (edit.name !== undefined) edit.nameKey = nameKeyOf(next.name);
  if (edit.name !== undefined || edit.sku !== undefined || edit.tags !== undefined) {
    edit.terms = termsOf([next.name, next.sku, ...next.tags]);
  }
  // Purchases before this were not counted per customer, so the engine counts those from the ledger.
  if (next.perCustomerLimit !== null && current.limitHistory === 'none') edit.limitHistory = 'ledger';
  return edit;
};

/** What the audit log keeps of a product that goes. */
const noted = ({ sku, name, version, stock, sold }: FoundProduct) => ({ sku, name, version, stock, sold });

/** The catalogue: what is for sale, and on which terms. Stock itself moves through the stock engine alone. */
export const createProductService = ({ products, engine, cache, now = () => new Date() }: ProductDependencies) => {
  const load = async (id: string): Promise<FoundProduct> => {
    const found = await products.find(id);
    if (!found) throw new AppError('NOT_FOUND');
    return found;
  };

  /**
   * Reads, checks and writes on condition that nobody else has written since, until that is so: every check then holds
   * for the very version that is replaced.
   */
  const edited = async <T>(
    id: string,
    versions: Versions,
    tryOnce: (current: FoundProduct) => Promise<T | null>,
  ): Promise<T> => {
    for (let attempt = 0; attempt < editTriesMax; attempt++) {
      const current = await load(id);
      if (versions !== null && !versions.has(current.version)) {
        throw new AppError('VERSION_MISMATCH', { details: { currentVersion: current.version } });
      }
      const result = await tryOnce(current);
      if (result !== null) return result;
      await sleep(fullJitterMs(attempt, 2, 50));
    }
    throw unavailable(1);
  };

  return {
    /**
     * Makes a product whose ledger begins with its stock.
     * @throws AppError DUPLICATE_SKU, IDEMPOTENCY_KEY_REUSED, UNAVAILABLE
     */
    create: (caller: Caller, input: CreateProductInput, key: string | undefined): Promise<Settled> => {
      const product = newProduct(input, newId(), caller.id, now());
      return engine.submit(createCommand(product, caller, key, requestHash('create', input)));
    },

    /**
     * Merges a patch into a product. A patch without fields changes nothing, the version included.
     * @throws AppError NOT_FOUND, VERSION_MISMATCH, VALIDATION_FAILED (the sale would end before it starts),
     * DUPLICATE_SKU, UNAVAILABLE
     */
    patch: (id: string, patch: PatchProductInput, versions: Versions): Promise<ProductView> =>
      edited(id, versions, async (current) => {
        if (Object.keys(patch).length === 0) return productView(current);
        const written = await products.edit({ id, version: current.version }, editOf(current, patch, now()));
        if (written === null) return null;
        await cache.edited({ id, version: written.version, seq: written.seq });
        return productView(written);
      }),

    /**
     * Takes a product off the catalogue; its ledger and its orders stay.
     * @throws AppError NOT_FOUND, VERSION_MISMATCH, PRODUCT_IN_USE (units are reserved), UNAVAILABLE
     */
    remove: async (context: AdminContext, id: string, versions: Versions): Promise<void> => {
      await edited(id, versions, async (current) => {
        if (current.reserved > 0) throw new AppError('PRODUCT_IN_USE');
        const deed = { action: 'product.removed', target: id, before: noted(current), after: null } as const;
        const removed = await products.remove({ id, version: current.version }, adminActionOf(context, deed));
        if (!removed) return null;
        await cache.edited({ id, version: current.version + 1, seq: current.seq });
        return removed;
      });
    },
  };
};

export type ProductService = ReturnType<typeof createProductService>;
