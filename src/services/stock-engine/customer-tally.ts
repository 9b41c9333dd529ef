import { counterId } from '../../models/customer-counter.model.js';
import type { CounterWrite } from '../../models/stock-state.js';

/** How many units of a product each customer has, while a batch is decided. */
export const createCustomerTally = (stored: ReadonlyMap<string, number>) => {
  const added = new Map<string, number>();
  let unkept: [id: string, units: number][] = [];

  const add = (id: string, units: number): void => {
    added.set(id, (added.get(id) ?? 0) + units);
  };
  const total = (id: string): number => (stored.get(id) ?? 0) + (added.get(id) ?? 0);

  return {
    unitsOf: (productId: string, buyerId: string): number => total(counterId(productId, buyerId)),
    count: (productId: string, buyerId: string, units: number): void => {
      const id = counterId(productId, buyerId);
      add(id, units);
      unkept.push([id, units]);
    },
    keep: (): void => {
      unkept = [];
    },
    undo: (): void => {
      for (const [id, units] of unkept) add(id, -units);
      unkept = [];
    },
    writes: (): CounterWrite[] =>
      [...added].filter(([, units]) => units !== 0).map(([_id]) => ({ _id, units: total(_id) })),
  };
};

export type CustomerTally = ReturnType<typeof createCustomerTally>;
