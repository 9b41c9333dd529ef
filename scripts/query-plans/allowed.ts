import type { SeenQuery } from './profile.js';

/** What is borne with, and why. */
export interface Allowance {
  collection: string;
  /** A part of the shape; every query of the collection where it is left out. */
  part?: string;
  /** That it goes through its collection, sorts in memory, or reads far more than it returns. */
  what: 'scan' | 'sort' | 'reads';
  why: string;
}

export const allowances: readonly Allowance[] = [
  {
    ...{ collection: 'event_queues', what: 'scan' },
    why: 'one document for each queue of the stand-in for RabbitMQ, a handful',
  },
  {
    ...{ collection: 'products', part: 'filter{deleted:?,$and:[', what: 'sort' },
    why: 'filters that lie across the order: no more than a page is held (product-list-plans.test.ts)',
  },
  {
    ...{ collection: 'products', part: 'sort{stock:', what: 'sort' },
    why: 'the second look of a page by stock, bounded by the bands that the page touches (product-list.ts)',
  },
  {
    ...{ collection: 'products', part: 'sort{sold:-1', what: 'scan' },
    why: 'best sellers while the ranking is being made, once a second at most',
  },
  {
    ...{ collection: 'products', part: 'sort{sold:-1', what: 'sort' },
    why: 'best sellers while the ranking is being made: no more than a page is held',
  },
  {
    ...{ collection: 'stock_movements', part: '[{$match{soldDelta{$ne:?}}}', what: 'scan' },
    why: 'makes the ranking of best sellers out of the whole ledger, where there is none',
  },
  {
    ...{ collection: 'stock_movements', part: '[{$match{soldDelta{$ne:?}}}', what: 'sort' },
    why: 'the same: the best of one row for each product',
  },
  {
    ...{ collection: 'stock_movements', part: '{$group{_id{', what: 'sort' },
    why: 'sales reports sort their groups, on disk where they are many; a job, read from a secondary where there is one',
  },
  {
    ...{ collection: 'products', part: 'sort{sold:-1', what: 'reads' },
    why: 'best sellers while the ranking is being made: looks through all',
  },
  {
    ...{ collection: 'stock_movements', part: '$group', what: 'reads' },
    why: 'reports and the ranking add up lines: what they return is sums',
  },
  {
    ...{ collection: 'jobs', part: 'queue{$in:[?]}', what: 'sort' },
    why: 'jobs of all queues in one status: no more than a page is held',
  },
  {
    ...{ collection: 'users', part: '$or:[{email', what: 'sort' },
    why: 'a search by the begin of an address or a name: no more than a page is held',
  },
];

/** So many documents are read by what an index leads astray, as by one that walks the ids in search of the few that match. */
const docsMax = 1_000;
const docsPerReturnedMax = 30;

const signs: Readonly<Record<Allowance['what'], { said: string; isSeen: (query: SeenQuery) => boolean }>> = {
  scan: { said: 'scans its collection', isSeen: ({ plan }) => plan.includes('COLLSCAN') },
  sort: { said: 'sorts in memory', isSeen: ({ sorts }) => sorts },
  reads: {
    said: 'reads far more than it returns',
    isSeen: ({ docs, returned }) => docs > docsMax && docs > docsPerReturnedMax * Math.max(1, returned),
  },
};

const isMet = ({ collection, part = '', what }: Allowance, query: SeenQuery): boolean =>
  collection === query.collection && query.shape.includes(part) && signs[what].isSeen(query);

/** What nobody has given a reason for, a line each; empty when every query has an index that serves it, and its order. */
export const faultsOf = (queries: readonly SeenQuery[]): string[] =>
  queries.flatMap((query) => {
    const found = Object.entries(signs) as [Allowance['what'], (typeof signs)[Allowance['what']]][];
    return found
      .filter(([, { isSeen }]) => isSeen(query))
      .filter(([what]) => !allowances.some((allowance) => allowance.what === what && isMet(allowance, query)))
      .map(([, { said }]) => `${said}: ${query.collection} ${query.command} ${query.shape}`);
  });

/** Why a query may do what it does, if anybody has said so. */
export const reasonFor = (query: SeenQuery): string =>
  [...new Set(allowances.filter((allowance) => isMet(allowance, query)).map(({ why }) => why))].join('; ');

/** Allowances that no query makes use of any more. */
export const unusedAllowances = (queries: readonly SeenQuery[]): string[] =>
  allowances
    .filter((allowance) => !queries.some((query) => isMet(allowance, query)))
    .map(({ collection, part = '', what }) => `${collection} ${part} (${what})`);
