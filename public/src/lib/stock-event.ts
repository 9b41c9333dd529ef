/** How a product stands, as an event tells it. */
export interface StockLevel {
  id: string;
  stock: number;
  reserved: number;
  sold: number;
  /** Of two levels of a product the one with the greater is the newer. */
  seq: number;
  price: number;
}

export type StockEvent =
  | { kind: 'level'; level: StockLevel; crossing: 'sold_out' | 'low' | 'back_in_stock' | null }
  | { kind: 'removed'; id: string }
  /** Something was missed for good: what is shown has to be read anew. */
  | { kind: 'reset' };

const isLevel = (data: Partial<StockLevel>): data is StockLevel =>
  typeof data.id === 'string' && typeof data.stock === 'number' && typeof data.seq === 'number';

/** What an event of the wire means; null when it is none of ours. */
export const stockEventOf = (name: string, text: string): StockEvent | null => {
  if (name === 'reset') return { kind: 'reset' };
  const data = JSON.parse(text) as Partial<StockLevel>;
  if (name === 'product.removed' && typeof data.id === 'string') return { kind: 'removed', id: data.id };
  if (!isLevel(data)) return null;
  if (name === 'stock.changed') return { kind: 'level', level: data, crossing: null };
  const crossing = (['sold_out', 'low', 'back_in_stock'] as const).find((kind) => name === `stock.${kind}`);
  return crossing === undefined ? null : { kind: 'level', level: data, crossing };
};
