import { AppError } from '../../utils/errors.js';
import type { ProductView } from '../../schemas/product.js';
import { productJson } from '../product-cache.service.js';
import type { ProductReads } from '../product-reads.service.js';

/** What an order takes over from a product. */
export type CheckedProduct = Pick<ProductView, 'id' | 'name' | 'price' | 'currency'>;

/** On whose behalf a product is asked for. */
export interface CheckContext {
  /** The caller's `Authorization` header: the product service refuses an account that is disabled there. */
  authorization: string;
  requestId: string;
}

/** Where the order service learns of products: the product service, over HTTP or in this very process. */
export interface ProductCheck {
  /**
   * The product as it is for sale, or null where there is none.
   * @throws AppError UNAVAILABLE, or what the product service refuses the caller with
   */
  find: (id: string, context: CheckContext) => Promise<CheckedProduct | null>;
}

/** The check in one process with the catalogue: the caller has been looked at already. */
export const createDirectProductCheck = ({ reads }: { reads: Pick<ProductReads, 'peek' | 'get'> }): ProductCheck => ({
  find: async (id) => {
    try {
      const { product } = reads.peek(id) ?? (await reads.get(id, false));
      const { name, price, currency } = JSON.parse(productJson(product)) as ProductView;
      return { id, name, price, currency };
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  },
});
