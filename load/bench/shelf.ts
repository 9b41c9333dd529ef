import type { Participant, Wares } from './participant.js';
import type { ServerKind } from './scenario.js';

/** Products on sale. */
export interface Goods {
  ids: readonly string[];
  /** Units that buyers were told they have, for each of `ids`, over all runs so far. */
  answered: number[];
}

/** Hands out products: those that are kept are made once for each server, all others anew. */
export const createShelf = () => {
  const kept = new Map<string, Goods>();
  const make = async (participant: Participant, wares: Wares): Promise<Goods> => {
    const ids = await participant.offer(wares);
    return { ids, answered: ids.map(() => 0) };
  };
  return async (server: ServerKind, participant: Participant, wares: Wares): Promise<Goods> => {
    if (wares.kept === undefined) return make(participant, wares);
    const name = `${server} ${wares.kept}`;
    const goods = kept.get(name) ?? (await make(participant, wares));
    kept.set(name, goods);
    return goods;
  };
};

export type Shelf = ReturnType<typeof createShelf>;

/** Adds what has been sold. */
export const enterSales = (goods: Goods, soldPerId: readonly number[]): void => {
  soldPerId.forEach((sold, index) => {
    goods.answered[index] = (goods.answered[index] ?? 0) + sold;
  });
};

/**
 * Which products of a large catalogue are audited, by index: evenly spread, half of them among those that were bought,
 * half among all.
 */
export const auditSample = (answered: readonly number[], max: number): number[] => {
  const all = [...answered.keys()];
  if (all.length <= max) return all;
  const bought = all.filter((index) => (answered[index] ?? 0) > 0);
  const spread = (of: readonly number[]): number[] => {
    const step = Math.max(1, of.length / (max / 2));
    return of.filter((_, place) => Math.floor(place / step) !== Math.floor((place - 1) / step));
  };
  return [...new Set([...spread(bought), ...spread(all)])];
};
