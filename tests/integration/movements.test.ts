import type { Connection } from 'mongoose';
import type { MovementType } from '../../src/utils/movement-types.js';
import { newId } from '../../src/utils/uuid.js';
import { allPages, faultyFields, refusal } from '../helpers/answers.js';
import type { Movement } from '../helpers/api-client.js';
import { ledgerOf } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';

describeMongo('movements', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  const movements = (id: string, query = '', token = shop.manager.token) => shop.client.movements(id, { token }, query);
  const change = (id: string, body: object) => shop.client.change(id, { token: shop.manager.token, body });
  const buy = (id: string) => shop.client.buy(id, { token: person().token });

  /** A product with a line of each type that there is yet: initial, sale, adjustment, count, sale. */
  const lively = async (): Promise<string> => {
    const { id } = await shop.stocked(10);
    await buy(id);
    await change(id, { delta: 5, reason: 'delivery', reference: 'PO-1' });
    await change(id, { count: 12, reason: 'stocktake' });
    await buy(id);
    return id;
  };

  it('when stock has moved, then every move is a line, the newest first, as the ledger has it', async () => {
    const id = await lively();

    const { status, data, meta } = await movements(id);

    expect([status, meta]).toEqual([200, { limit: 20, nextCursor: null }]);
    expect(data.map(({ seq, type, delta, stockAfter }) => [seq, type, delta, stockAfter])).toEqual([
      [5, 'sale', -1, 11],
      [4, 'count', -2, 12],
      [3, 'adjustment', 5, 14],
      [2, 'sale', -1, 9],
      [1, 'initial', 10, 10],
    ]);
    const fields = [
      'id',
      'productId',
      'seq',
      'type',
      'delta',
      'stockAfter',
      'reason',
      'reference',
      'actorId',
      'createdAt',
    ];
    for (const line of data) expect(Object.keys(line).sort()).toEqual([...fields].sort());
    expect(data.map((line) => line.id).reverse()).toEqual((await ledgerOf(connection, id)).map(({ _id }) => _id));
    expect(data[2]).toMatchObject({ productId: id, reason: 'delivery', reference: 'PO-1', actorId: shop.manager.id });
  });

  it.each<[MovementType, number[]]>([
    ['sale', [5, 2]],
    ['adjustment', [3]],
    ['count', [4]],
    ['initial', [1]],
    ['reserve', []],
  ])('when only lines of type %s are asked for, then there are no others', async (type, seqs) => {
    const id = await lively();

    const { data } = await movements(id, `?type=${type}`);

    expect(data.map(({ seq }) => seq)).toEqual(seqs);
  });

  it.each(['', '&type=sale'])(
    'when lines are added between the pages of ?limit=3%s, then none is skipped or doubled',
    async (filter) => {
      const product = await shop.stocked(100);
      for (let each = 0; each < 7; each++) await buy(product.id);
      const { token } = shop.manager;

      const pages = await allPages(shop.client, `/products/${product.id}/movements?limit=3${filter}`, token, () =>
        buy(product.id),
      );

      const seqs = (pages.flat() as Movement[]).map(({ seq }) => seq);
      expect(seqs).toEqual(filter === '' ? [8, 7, 6, 5, 4, 3, 2, 1] : [8, 7, 6, 5, 4, 3, 2]);
    },
  );

  it('when the last page is exactly full, then there is no next one', async () => {
    const id = await lively();

    expect((await movements(id, '?limit=5')).meta.nextCursor).toBeNull();
    expect((await movements(id, '?limit=4')).meta.nextCursor).not.toBeNull();
  });

  it('when the product has been deleted, then its ledger stays readable', async () => {
    const id = await lively();
    const removed = await shop.client.api('DELETE', `/products/${id}`, { token: person('admin').token });

    const { status, data } = await movements(id);

    expect([removed.status, status, data.length]).toEqual([204, 200, 5]);
  });

  it.each([
    ['?type=theft', 'query.type'],
    ['?limit=0', 'query.limit'],
    ['?limit=101', 'query.limit'],
    ['?limit=ten', 'query.limit'],
    ['?cursor=', 'query.cursor'],
    ['?seq=3', 'query.seq'],
  ])('when the query is %s, then 400 names it', async (query, field) => {
    const answer = await movements(newId(), query);

    expect([refusal(answer), faultyFields(answer)]).toEqual([[400, 'VALIDATION_FAILED'], [field]]);
  });

  it('when the cursor is made up, of another product or of another filter, then 400', async () => {
    const [one, other] = [await lively(), await lively()];
    const cursor = String((await movements(one, '?limit=1')).meta.nextCursor);

    expect((await movements(one, `?cursor=${cursor}`)).status).toBe(200);
    for (const answer of [
      await movements(one, '?cursor=abc'),
      await movements(other, `?cursor=${cursor}`),
      await movements(one, `?type=sale&cursor=${cursor}`),
    ]) {
      expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
    }
  });

  it('when there never was such a product, or the id is none, then 404 and 400', async () => {
    expect(refusal(await movements(newId()))).toEqual([404, 'NOT_FOUND']);
    expect(refusal(await movements('lamp'))).toEqual([400, 'INVALID_ID']);
  });

  it('when a customer or nobody asks, then 403 and 401; an admin is told', async () => {
    const { id } = await shop.stocked(1);

    expect(refusal(await movements(id, '', person().token))).toEqual([403, 'FORBIDDEN']);
    expect(refusal(await shop.client.movements(id, {}))).toEqual([401, 'UNAUTHENTICATED']);
    expect((await movements(id, '', person('admin').token)).status).toBe(200);
  });
});
