import type { StockLevel } from '../lib/stock-event.js';
import type { StockStream } from './stock-stream.js';

export interface LevelsOptions {
  stock: Pick<StockStream, 'follow'>;
  signal: AbortSignal;
  /** A product that is not shown has moved or come; null when something was missed and all has to be read anew. */
  unknown?: (id: string | null) => void;
  removed?: (id: string) => void;
}

interface Shown {
  seq: number;
  update: (level: StockLevel) => void;
}

/** Levels that came before their product was shown are kept for so many. */
const recentMax = 500;

/** Brings what is shown of products up to date from the stream, the newest level of each alone, whatever overtakes what. */
export const createLevels = ({ stock, signal, unknown, removed }: LevelsOptions) => {
  const shown = new Map<string, Shown>();
  const strangers = new Set<string>();
  const recent = new Map<string, StockLevel>();

  const remember = (level: StockLevel): void => {
    recent.delete(level.id);
    recent.set(level.id, level);
    const [oldest] = recent.keys();
    if (recent.size > recentMax && oldest !== undefined) recent.delete(oldest);
  };
  const apply = (target: Shown, level: StockLevel): void => {
    if (level.seq <= target.seq) return;
    target.seq = level.seq;
    target.update(level);
  };

  /** Told of each once: a product that a filter leaves out may move all day. */
  const meet = (id: string): void => {
    if (strangers.has(id)) return;
    if (strangers.size >= recentMax) strangers.clear();
    strangers.add(id);
    unknown?.(id);
  };

  stock.follow((event) => {
    if (event.kind === 'reset') unknown?.(null);
    else if (event.kind === 'removed') removed?.(event.id);
    else if (event.crossing === null) {
      const { level } = event;
      remember(level);
      const target = shown.get(level.id);
      if (target === undefined) meet(level.id);
      else apply(target, level);
    }
  }, signal);

  return {
    /** To be called when a product is drawn: `update` is called with what is newer than `seq`, from now on. */
    show: (id: string, seq: number, update: (level: StockLevel) => void): void => {
      const target = { seq, update };
      shown.set(id, target);
      const level = recent.get(id);
      if (level !== undefined) apply(target, level);
    },
  };
};

export type Levels = ReturnType<typeof createLevels>;
