/** What buyers were promised, from the lines that the scripts write into k6's log. */
export interface K6Promises {
  productIds: string[];
  purchases: string[];
  orders: string[];
  /** Requests that move something and had no answer. */
  unknown: number;
  faults: string[];
}

/** Reads k6's log, whatever k6 puts around the words. */
export const readPromises = (log: string): K6Promises => {
  const idsOf = (kind: string): string[] =>
    [...log.matchAll(new RegExp(`promised ${kind} ([0-9a-f-]{36})`, 'g'))].map(([, id]) => id ?? '');
  const purchases = idsOf('purchase');
  const unique = new Set(purchases);
  return {
    productIds: idsOf('product'),
    purchases: [...unique],
    orders: idsOf('order'),
    unknown: [...log.matchAll(/promised nothing/g)].length,
    faults: unique.size === purchases.length ? [] : [`${purchases.length - unique.size} purchases were answered twice`],
  };
};
