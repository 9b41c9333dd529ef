import { createStateReader } from '../../../src/models/stock-reader.js';
import type { StateQuery } from '../../../src/models/stock-state.js';

type Database = Parameters<typeof createStateReader>[0];

/** A database whose queries are answered one turn of the loop later, and that notes when each begins and ends. */
const slowDatabase = () => {
  const events: string[] = [];
  const collection = (name: string) => ({
    find: (_filter: object, options: { readConcern?: string }) => ({
      toArray: async () => {
        events.push(`${name} asked ${options.readConcern ?? 'local'}`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${name} answered`);
        return [];
      },
    }),
  });
  return { db: { collection } as unknown as Database, events };
};

const query: StateQuery = {
  productIds: new Set(['p']),
  wholeProducts: false,
  storedKeys: ['a:k'],
  lineKeys: ['l'],
  skus: [],
  buyers: [],
  holdIds: [],
  orderIds: [],
  at: new Date(),
};

describe('stock reader', () => {
  it('when keys are asked for too, then only once the products are there, and all by majority', async () => {
    const { db, events } = slowDatabase();
    await createStateReader(db)(query);
    expect(events.slice(0, 2)).toEqual(['products asked majority', 'products answered']);
    expect(events.slice(2, 4).sort()).toEqual(['commands asked majority', 'stock_movements asked majority']);
  });

  it('when nothing is asked for, then nothing is read', async () => {
    const { db, events } = slowDatabase();
    await createStateReader(db)({ ...query, productIds: new Set(), storedKeys: [], lineKeys: [] });
    expect(events).toEqual([]);
  });
});
