import { counterId } from '../../models/customer-counter.model.js';
import type { CounterWrite } from '../../models/stock-state.js';

/** How many units of a product each customer has, while a batch is decided. */
export const createCustomerTally = (stored: ReadonlyMap<string, number>) => {
  const added = new Map<string, number>();
  let unkept: [id: string, before: number | undefined][] = [];

  const total = (id: string): number => (stored.get(id) ?? 0) + (added.get(id) ?? 0);

  return {
    unitsOf: (productId: string, buyerId: string): number => total(counterId(productId, buyerId)),
    count: (productId: string, buyerId: string, units: number): void => {
      const id = counterId(productId, buyerId);
      const before = added.get(id);
      added.set(id, (before ?? 0) + units);
      unkept.push([id, before]);
    },
    keep: (): void => {
      unkept = [];
    },
    /** As if it had never been counted: not even the order of the writes tells of it. */
    undo: (): void => {
      for (const [id, before] of unkept.reverse()) {
        if (before === undefined) added.delete(id);
        else added.set(id, before);
      }
      unkept = [];
    },
    writes: (): CounterWrite[] =>
      [...added].filter(([, units]) => units !== 0).map(([_id]) => ({ _id, units: total(_id) })),
  };
};

export type CustomerTally = ReturnType<typeof createCustomerTally>;
