/** How many units of a product have left, in all, as of its movement `seq`. */
export interface SoldUnits {
  id: string;
  /** None takes the product out. */
  sold: number;
  seq: number;
}

/**
 * The products of which most has left, as all processes know them. It is kept up by whoever hears of a sale: what is told are
 * totals, of which the one with the highest `seq` counts, so it does no harm to tell them twice or late. All but `isUp` reject
 * when it cannot be asked.
 */
export interface Ranking {
  isUp: () => boolean;
  /** The ids of the best, best first; null when there is no ranking and it has to be built. */
  best: (count: number) => Promise<readonly string[] | null>;
  note: (totals: readonly SoldUnits[]) => Promise<void>;
  /**
   * Builds it from what `load` says and what is noted meanwhile.
   * @returns false when somebody else is at it, or when it was forgotten meanwhile
   */
  build: (load: () => Promise<readonly SoldUnits[]>) => Promise<boolean>;
  /** Has it built anew. */
  forget: () => Promise<void>;
}

/** More than anybody is shown, as some of the best may be off the catalogue by then. */
export const rankedMax = 1_000;
