import { rankedMax, type Ranking, type SoldUnits } from './ranking.js';

/** The ranking without Redis: of this process, kept up by its own sales and by the change feed. */
export const createMemoryRanking = (): Ranking => {
  let totals = new Map<string, SoldUnits>();
  let isBuilt = false;
  let build: object | null = null;

  const sorted = (): SoldUnits[] => [...totals.values()].sort((a, b) => b.sold - a.sold || (a.id < b.id ? 1 : -1));
  const add = (noted: readonly SoldUnits[]): void => {
    for (const each of noted) {
      if (each.seq < (totals.get(each.id)?.seq ?? 0)) continue;
      totals.set(each.id, each);
    }
    if (totals.size > 2 * rankedMax)
      totals = new Map(
        sorted()
          .map((each) => [each.id, each] as const)
          .slice(0, rankedMax),
      );
  };

  return {
    isUp: () => true,
    best: (count) => {
      if (!isBuilt) return Promise.resolve(null);
      const selling = sorted().filter(({ sold }) => sold > 0);
      return Promise.resolve(selling.slice(0, count).map(({ id }) => id));
    },
    note: (noted) => {
      add(noted);
      return Promise.resolve();
    },
    build: async (load) => {
      if (build !== null) return false;
      const mine = {};
      build = mine;
      try {
        const loaded = await load();
        // The compiler does not see that `forget` may have run meanwhile.
        if ((build as object | null) !== mine) return false;
        add(loaded);
        isBuilt = true;
        return true;
      } finally {
        if (build === mine) build = null;
      }
    },
    forget: () => {
      totals.clear();
      isBuilt = false;
      build = null;
      return Promise.resolve();
    },
  };
};
