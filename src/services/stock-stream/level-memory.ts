import type { KnownLevel } from './stock-level.js';

/** What the change feed says of one write, in its own order. */
export interface StockFeedEvent {
  operation: 'insert' | 'update' | 'replace' | 'delete';
  id: string;
  token: string;
  fields: Partial<Omit<KnownLevel, 'id'>> & { deleted?: boolean };
}

const rememberedMax = 20_000;

const numbers = ['stock', 'reserved', 'sold', 'seq', 'price'] as const;

const isWhole = (fields: StockFeedEvent['fields']): fields is Omit<KnownLevel, 'id'> =>
  numbers.every((name) => typeof fields[name] === 'number');

/**
 * The last seen level of products, newest seen last. It is brought up to date from the events alone, so that a product that sells
 * all day is read once.
 */
export const createLevelMemory = () => {
  const levels = new Map<string, KnownLevel>();

  const keep = (level: KnownLevel): void => {
    levels.delete(level.id);
    levels.set(level.id, level);
    if (levels.size <= rememberedMax) return;
    const [oldest] = levels.keys();
    if (oldest !== undefined) levels.delete(oldest);
  };

  return {
    get: (id: string): KnownLevel | undefined => levels.get(id),
    keep,
    forget: (id: string): void => void levels.delete(id),
    clear: (): void => levels.clear(),
    /** The level after the event, if enough is known; remembered from then on. */
    apply: ({ id, operation, fields }: StockFeedEvent): KnownLevel | undefined => {
      const known = operation === 'update' ? levels.get(id) : undefined;
      const next = { id, lowStockThreshold: null, ...known, ...fields };
      if (!isWhole(next)) return undefined;
      const { stock, reserved, sold, seq, price, lowStockThreshold } = next;
      const level = { id, stock, reserved, sold, seq, price, lowStockThreshold };
      // What was read ahead of the feed has seen this event already.
      if (known !== undefined && level.seq < known.seq) return known;
      keep(level);
      return level;
    },
  };
};

export type LevelMemory = ReturnType<typeof createLevelMemory>;
