import type { StateQuery } from '../../models/stock-state.js';
import type { StockCommand } from './commands.js';

/** What has to be known to decide these commands at about that time. */
export const queryOf = (commands: readonly StockCommand[], at: Date): StateQuery => {
  const productIds = new Set<string>();
  const keys = { stored: [] as string[], line: [] as string[], order: [] as string[] };
  const skus: string[] = [];
  const buyers: [string, string][] = [];
  const holdIds: string[] = [];
  let wholeProducts = false;
  for (const { key, lines, actorId, buyerId, showsProduct } of commands) {
    if (key) keys[key.kind].push(key.id);
    wholeProducts ||= showsProduct;
    for (const line of lines) {
      if (line.type === 'initial') {
        skus.push(line.product.sku);
        continue;
      }
      productIds.add(line.productId);
      if (line.type === 'sale' || line.type === 'reserve' || line.type === 'return') {
        buyers.push([line.productId, buyerId ?? actorId]);
      } else if (line.type === 'confirm' || line.type === 'release') holdIds.push(line.holdId);
    }
  }
  const { stored: storedKeys, line: lineKeys, order: orderIds } = keys;
  return { productIds, wholeProducts, storedKeys, lineKeys, skus, buyers, holdIds, orderIds, at };
};
