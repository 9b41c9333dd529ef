import type { Row } from './row.js';
import { api } from './row.js';
import type { Wire } from './wire.js';
import type { World } from './world.js';

/** So many ask for the same thing at once; one gets it, and the others are refused with 409 and this code. */
export interface Race extends Pick<Row, 'name'> {
  ask: (world: World, index: number) => Wire;
  code: string;
  /** The collection in which the winner has something. */
  prize: string;
}

export const runners = 8;

export const races: readonly Race[] = [
  {
    name: 'for a sku',
    ask: ({ manager }, index) =>
      api('POST', '/products', {
        token: manager,
        json: { name: `Chair ${index}`, price: 1, stock: 1, sku: 'CHAIR-1' },
      }),
    code: 'DUPLICATE_SKU',
    prize: 'products',
  },
  {
    name: 'for an address',
    ask: (_world, index) => {
      const email = index % 2 === 0 ? 'grace@stockroom.test' : 'GRACE@stockroom.test';
      return api('POST', '/auth/register', { json: { email, password: 'long enough', name: `Grace ${index}` } });
    },
    code: 'DUPLICATE_EMAIL',
    prize: 'users',
  },
];
