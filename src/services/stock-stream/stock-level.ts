/** What people see of a product's stock. */
export interface StockLevel {
  id: string;
  stock: number;
  reserved: number;
  sold: number;
  /** Counts the movements; of two levels, the one with the greater is the newer. */
  seq: number;
  /** In minor units. */
  price: number;
}

/** A level with the threshold under which the stock is low; null for none. */
export interface KnownLevel extends StockLevel {
  lowStockThreshold: number | null;
}

export type StockEventName =
  'stock.changed' | 'stock.sold_out' | 'stock.back_in_stock' | 'stock.low' | 'product.removed';

/**
 * What a change of stock comes to, beside that it is one.
 * @param before null where it is not known: only that nothing is left is then sure to be news
 */
export const crossings = (before: number | null, { stock, lowStockThreshold }: KnownLevel): StockEventName[] => {
  const names: StockEventName[] = [];
  if (stock === before) return names;
  if (before === 0 && stock > 0) names.push('stock.back_in_stock');
  const isLow = lowStockThreshold !== null && stock <= lowStockThreshold;
  if (isLow && before !== null && before > lowStockThreshold) names.push('stock.low');
  if (stock === 0) names.push('stock.sold_out');
  return names;
};

/** An event as it goes over the wire; see https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const eventText = (token: string, name: StockEventName, data: object): string =>
  `id: ${token}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** The level alone, without what is not shown. */
export const shownLevel = ({ id, stock, reserved, sold, seq, price }: StockLevel): StockLevel => ({
  ...{ id, stock, reserved, sold, seq, price },
});
