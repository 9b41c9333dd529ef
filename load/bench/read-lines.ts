import { rate, type Line } from './line.js';
import { beside } from './read-scenarios.js';

const aSecond = `${String(beside.perSecond)} purchases a second`;
const ofCommands = { quantity: 'mongoCommands', by: 'zipf/past-cache' } as const;

/** The lines about cached reads. */
export const readLines: readonly Line[] = [
  {
    id: '7',
    work: 'GET /products/:id, cached, 1000 products, 100 connections',
    against: 'node-http, the same answer',
    targets: [rate('read/ours', 'read/node-http', 0.7)],
  },
  { id: '8', work: 'the same', against: 'tutorial, cached', targets: [rate('read/ours', 'read/tutorial', 4)] },
  {
    id: '9',
    work: `the same, while ${aSecond} of the same products run; no stale read`,
    against: 'line 7',
    targets: [rate('read-selling/ours', 'read/ours', 0.7)],
  },
  {
    id: '10',
    work: 'GET /products, list of 20, cached, 10 queries',
    against: 'tutorial, cached',
    targets: [rate('list/ours', 'list/tutorial', 4)],
  },
  {
    id: '11',
    work: 'MongoDB commands per GET, Zipf over 10,000 products, from the server’s counters',
    against: 'the same past the cache',
    targets: [
      { ...ofCommands, label: 'warm, without writes', of: 'zipf/ours', atMost: 0.01 },
      { ...ofCommands, label: `with ${aSecond}`, of: 'zipf-selling/ours', atMost: 0.15 },
    ],
  },
];

/** The line about the catalogue's size. */
export const catalogueLine: Line = {
  id: '14',
  work: 'catalogue of 1,000,000 products; purchases of all of them, pages of 20 past the cache',
  against: 'the same of 1,000',
  targets: [
    rate('buy/1m', 'buy/1k', 0.8, 'purchase rate'),
    { label: 'p99 of a page', quantity: 'p99Ms', of: 'pages/1m', by: 'pages/1k', atMost: 2 },
  ],
};
