import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Envelope } from './api.js';
import type { GeneratorResult } from './generator-spec.js';
import type { AuditResult } from './load-report.js';

interface ProductAudit {
  received: number;
  sold: number;
  reserved: number;
  stock: number;
  consistent: boolean;
}

interface Movement {
  id: string;
  delta: number;
  stockAfter: number;
  reference: string | null;
}

export interface AuditOrder {
  productIds: readonly string[];
  keeper: () => string;
  promised: Pick<GeneratorResult, 'purchases' | 'orders' | 'unknown' | 'faults'>;
}

const pendingMsMax = 120_000;
const pollMs = 200;
const atOnceMax = 8;

const inGroups = async <T, R>(values: readonly T[], ask: (value: T) => Promise<R>): Promise<R[]> => {
  const found: R[] = [];
  for (let from = 0; from < values.length; from += atOnceMax) {
    found.push(...(await Promise.all(values.slice(from, from + atOnceMax).map(ask))));
  }
  return found;
};

const untilOrdersAreSettled = async (api: Api, keeper: () => string): Promise<string[]> => {
  const deadline = Date.now() + pendingMsMax;
  for (;;) {
    const { data } = await api.call<unknown[]>('GET', '/orders?status=pending&limit=1', keeper());
    if (data.length === 0) return [];
    if (Date.now() > deadline) return ['orders stay pending'];
    await sleep(pollMs);
  }
};

const saleLinesOf = async (api: Api, keeper: () => string, id: string): Promise<Movement[]> => {
  const lines: Movement[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const behind = cursor === '' ? '' : `&cursor=${cursor}`;
    const path = `/products/${id}/movements?type=sale&limit=100${behind}`;
    const page: Envelope<Movement[]> = await api.call('GET', path, keeper());
    lines.push(...page.data);
    cursor = page.meta?.nextCursor ?? null;
  }
  return lines;
};

/**
 * Holds what buyers were told against each product's lines: each purchase has exactly one, each order one at most, and there are
 * no more of others than outcomes stayed unknown.
 */
export const judgeLines = (
  lines: readonly Pick<Movement, 'id' | 'stockAfter' | 'reference'>[],
  { purchases, orders, unknown }: Pick<GeneratorResult, 'purchases' | 'orders' | 'unknown'>,
): string[] => {
  const faults: string[] = [];
  const waiting = new Set(purchases);
  const knownOrders = new Set(orders);
  const seen = new Set<string>();
  const served = new Set<string>();
  let strangers = 0;
  for (const { id, reference, stockAfter } of lines) {
    if (seen.has(id)) faults.push(`the line ${id} is there twice`);
    seen.add(id);
    if (stockAfter < 0) faults.push(`stock fell to ${stockAfter} at the line ${id}`);
    if (waiting.delete(id)) continue;
    if (reference !== null && knownOrders.has(reference)) {
      if (served.has(reference)) faults.push(`the order ${reference} was served twice`);
      served.add(reference);
    } else strangers++;
  }
  if (waiting.size > 0) faults.push(`${waiting.size} purchases were answered 201 and have no line`);
  if (strangers > unknown) faults.push(`${strangers} lines belong to no answer, ${unknown} outcomes were unknown`);
  return faults;
};

const judgeProduct = (id: string, { received, stock, reserved, sold, consistent }: ProductAudit): string[] => [
  ...(consistent ? [] : [`${id}: the ledger and the product do not agree`]),
  ...(received === stock + reserved + sold
    ? []
    : [`${id}: ${received} received, ${stock} in stock, ${reserved} reserved, ${sold} sold`]),
];

/** Waits until orders are settled, then holds everything that was promised against the ledger. */
export const audit = async (api: Api, { productIds, keeper, promised }: AuditOrder): Promise<AuditResult> => {
  const pending = await untilOrdersAreSettled(api, keeper);
  const products = await inGroups(productIds, async (id) => {
    const { data } = await api.call<ProductAudit>('GET', `/products/${id}/audit`, keeper());
    return { id, ...data };
  });
  const lines = (await inGroups(productIds, (id) => saleLinesOf(api, keeper, id))).flat();
  const total = (of: 'received' | 'stock' | 'reserved' | 'sold'): number =>
    products.reduce((sum, product) => sum + product[of], 0);
  return {
    ...{ received: total('received'), stock: total('stock'), reserved: total('reserved'), sold: total('sold') },
    purchases: promised.purchases.length,
    orders: promised.orders.length,
    unknown: promised.unknown,
    faults: [
      ...promised.faults,
      ...pending,
      ...products.flatMap((product) => judgeProduct(product.id, product)),
      ...judgeLines(lines, promised),
    ],
  };
};
