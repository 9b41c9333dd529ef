import type { ActionGroup } from './scenario.js';

/** One kind of request: the group that it is plotted with, and the answers that a sound service may give. */
export interface Action {
  group: ActionGroup;
  expected: readonly number[];
}

const read: Action = { group: 'read', expected: [200] };

/** 409 is an answer like any other where stock is scarce: sold out, limit reached, an order that is no longer to be cancelled. */
export const actions = {
  list: read,
  search: read,
  show: read,
  top: read,
  'own orders': read,
  order: read,
  report: read,
  'report file': { group: 'read', expected: [200, 409] },
  me: read,
  purchase: { group: 'stock', expected: [201, 409] },
  'purchase again': { group: 'stock', expected: [201] },
  reserve: { group: 'stock', expected: [201, 409] },
  confirm: { group: 'stock', expected: [201] },
  release: { group: 'stock', expected: [204] },
  'place order': { group: 'stock', expected: [201] },
  'cancel order': { group: 'stock', expected: [200, 409] },
  restock: { group: 'stock', expected: [200] },
  edit: { group: 'other', expected: [200] },
  create: { group: 'other', expected: [201] },
  'ask for report': { group: 'other', expected: [202] },
  'sign in': { group: 'other', expected: [200] },
  refresh: { group: 'other', expected: [200] },
  'sign out': { group: 'other', expected: [204] },
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof actions;
