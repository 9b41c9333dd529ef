import { jest } from '@jest/globals';
import { faultsOf } from '../../scripts/query-plans/allowed.js';
import type { SeenQuery } from '../../scripts/query-plans/profile.js';
import { queryPlans } from '../../scripts/query-plans/run.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';

jest.setTimeout(300_000);

/** `npm run explain` does the same with ten times as many. */
const count = 2_000;

describeMongo('the queries of the service', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  beforeAll(async () => {
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  it('when every call is made, then each query has an index and its order, or a reason why not', async () => {
    const tokens = { admin: person('admin').token, manager: person('manager').token, user: person().token };

    const { queries, uncalled } = await queryPlans({ uri: database.uri, url: shop.url, tokens, count });

    expect(faultsOf(queries)).toEqual([]);
    expect(uncalled).toEqual([]);
    const seen = queries.map(({ collection, command }) => `${command} ${collection}`);
    for (const one of ['update products', 'find stock_movements', 'find holds', 'findAndModify jobs', 'find orders']) {
      expect(seen).toContain(one);
    }
    expect(queries.length).toBeGreaterThan(100);
  });

  it('when a query scans, sorts or walks for no reason, then it is a fault', () => {
    const query: SeenQuery = {
      ...{ command: 'find', collection: 'orders', shape: 'filter{total:?}', plan: 'COLLSCAN', sorts: true },
      ...{ keys: 0, docs: 2_000, returned: 1, times: 1 },
    };

    expect(faultsOf([query])).toEqual([
      'scans its collection: orders find filter{total:?}',
      'sorts in memory: orders find filter{total:?}',
      'reads far more than it returns: orders find filter{total:?}',
    ]);
    expect(faultsOf([{ ...query, plan: 'IXSCAN { total: 1 }', sorts: false, returned: 100 }])).toEqual([]);
  });
});
