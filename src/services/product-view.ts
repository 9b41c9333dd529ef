import type { ProductDocument } from '../models/product.model.js';
import type { ProductView } from '../schemas/product.js';

/** What the view of a product is made from; its search terms and other inner fields are not asked for. */
export type ShownProduct = Pick<
  ProductDocument,
  Exclude<keyof ProductDocument, 'terms' | 'nameKey' | 'stockBand' | 'limitHistory' | 'deleted'>
>;

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null;

/** A product as the API shows it, field by field, so that a new inner field cannot leak. */
export const productView = (stored: ShownProduct): ProductView => ({
  id: stored._id,
  sku: stored.sku,
  name: stored.name,
  description: stored.description,
  price: stored.price,
  currency: stored.currency,
  stock: stored.stock,
  reserved: stored.reserved,
  sold: stored.sold,
  lowStockThreshold: stored.lowStockThreshold,
  perCustomerLimit: stored.perCustomerLimit,
  saleStartsAt: timeOf(stored.saleStartsAt),
  saleEndsAt: timeOf(stored.saleEndsAt),
  tags: stored.tags,
  version: stored.version,
  seq: stored.seq,
  createdBy: stored.createdBy,
  createdAt: stored.createdAt.toISOString(),
  updatedAt: stored.updatedAt.toISOString(),
});

/** The strong validator of a product: edits and movements of stock both change it. */
export const etagOf = ({ version, seq }: Pick<ProductView, 'version' | 'seq'>): string => `"${version}.${seq}"`;
