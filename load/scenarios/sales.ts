import type { Answer, Step } from './journeys.js';

/** Remembers what the service has promised: each purchase and each order by its id, to be held against the ledger at the end. */
export const createSales = () => {
  const purchases = new Set<string>();
  const orders = new Set<string>();
  const faults: string[] = [];
  let unknown = 0;
  const note = ({ action }: Step, { status, id }: Answer): void => {
    if (status !== 201 || id === null) return;
    if (action === 'place order') orders.add(id);
    if (action === 'purchase' || action === 'confirm') {
      if (purchases.has(id)) faults.push(`the purchase ${id} was answered twice`);
      purchases.add(id);
    }
    if (action === 'purchase again' && !purchases.has(id))
      faults.push(`a repeated purchase was given as another, ${id}`);
  };
  return {
    note,
    lost: ({ method }: Step): void => {
      if (method !== 'GET') unknown++;
    },
    result: () => ({ purchases: [...purchases], orders: [...orders], unknown, faults: faults.slice(0, 20) }),
  };
};

export type Sales = ReturnType<typeof createSales>;
