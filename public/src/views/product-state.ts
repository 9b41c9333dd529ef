import type { ProductView } from '../api/types.js';
import { dateTime } from '../lib/format.js';
import { pill } from '../ui/pill.js';

/** What a buyer wants to know of a product in a word. */
export const productPill = (
  product: Pick<ProductView, 'stock' | 'lowStockThreshold' | 'saleStartsAt' | 'saleEndsAt'>,
  nowMs: number,
): HTMLElement => {
  const { stock, lowStockThreshold, saleStartsAt, saleEndsAt } = product;
  if (saleStartsAt !== null && nowMs < Date.parse(saleStartsAt)) return pill(`Opens ${dateTime(saleStartsAt)}`, 'busy');
  if (saleEndsAt !== null && nowMs >= Date.parse(saleEndsAt)) return pill('Sale is over', 'quiet');
  if (stock === 0) return pill('Sold out', 'bad');
  if (lowStockThreshold !== null && stock <= lowStockThreshold) return pill('Nearly gone', 'warning');
  return pill('On sale', 'good');
};
