import type { SalesTotals } from '../models/sales-totals.js';
import type { StockWrites } from '../models/stock-state.js';
import { before } from './cache/before.js';
import { rankedMax, type Ranking, type SoldUnits } from './ranking/ranking.js';

export interface BestSellerRankingDependencies {
  ranking: Ranking;
  ledger: SalesTotals;
  logger: { warn: (fields: object, message: string) => void };
}

const rankingMsMax = 100;

/** What was sold or came back in a batch, with the products' new totals. */
const totalsOf = ({ products, events }: Pick<StockWrites, 'products' | 'events'>): SoldUnits[] => {
  const moved = new Set(products.filter(({ soldDelta }) => soldDelta !== 0).map(({ productId }) => productId));
  if (moved.size === 0) return [];
  return events
    .filter(({ productId }) => moved.has(productId))
    .map(({ productId: id, sold, seq }) => ({ id, sold, seq }));
};

/** Keeps the ranking up: tells it of sales, and has it built from the ledger where it is missing or has missed something. */
export const createBestSellerRanking = ({ ranking, ledger, logger }: BestSellerRankingDependencies) => {
  let gathered = new Map<string, SoldUnits>();
  /** Totals that the ranking has not been told of: it has to be built anew. */
  let missed = false;
  let building = false;

  const tell = async (totals: readonly SoldUnits[]): Promise<void> => {
    try {
      if (!ranking.isUp()) throw new Error('The ranking cannot be asked.');
      await before(rankingMsMax, ranking.note(totals));
    } catch {
      missed = true;
    }
  };

  /** Builds it in the background, unless another process does. */
  const build = async (): Promise<void> => {
    if (building) return;
    building = true;
    try {
      await ranking.build(() => ledger.mostSold(rankedMax));
    } catch (error) {
      logger.warn({ err: error }, 'the ranking of best sellers could not be built; it will be tried again');
    } finally {
      building = false;
    }
  };

  const forget = async (): Promise<void> => {
    await ranking.forget();
    missed = false;
  };

  return {
    /** The best, best first; null when there is no telling just now. */
    best: async (count: number): Promise<readonly string[] | null> => {
      if (!ranking.isUp()) return null;
      try {
        if (missed) await before(rankingMsMax, forget());
        const best = await before(rankingMsMax, ranking.best(count));
        if (best === null) void build();
        return best;
      } catch {
        return null;
      }
    },
    /**
     * Tells of a committed batch; never rejects, and takes 100 ms at most.
     * @returns null when nothing was sold
     */
    sold: (writes: Pick<StockWrites, 'products' | 'events'>): Promise<void> | null => {
      const totals = totalsOf(writes);
      return totals.length === 0 ? null : tell(totals);
    },
    /** A product's total as the change feed tells of it. */
    note: (total: SoldUnits): void => void gathered.set(total.id, total),
    flush: async (): Promise<void> => {
      const totals = [...gathered.values()];
      gathered = new Map();
      if (totals.length > 0) await tell(totals);
    },
    /** Whether the ranking knows all that was told here. */
    isSettled: (): boolean => !missed,
    /** Has it built anew. @throws when it cannot be asked */
    forget,
  };
};

export type BestSellerRanking = ReturnType<typeof createBestSellerRanking>;
