import type { Express } from 'express';
import request from 'supertest';
import { product as productSchema, productWithCreator, type ProductView } from '../../src/schemas/product.js';
import { adminActionOf } from '../../src/services/admin-log.service.js';
import { newId } from '../../src/utils/uuid.js';
import { createCatalogue, createCatalogueApp, people, type Catalogue } from '../helpers/catalogue.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';

interface Refusal {
  status_code: number;
  error: { code: string; details?: unknown };
}

const dataOf = (response: request.Response): unknown => (response.body as { data: unknown }).data;
const shown = (response: request.Response): ProductView => productSchema.parse(dataOf(response));
const refusalOf = (response: request.Response) => {
  const { status_code, error } = response.body as Refusal;
  expect(status_code).toBe(response.status);
  return [response.status, error.code];
};
const detailsOf = (response: request.Response): unknown => (response.body as Refusal).error.details;
const pathsOf = (response: request.Response): string[] =>
  (detailsOf(response) as { path: string }[]).map(({ path }) => path).sort();

const lamp = { name: 'Lamp', price: 1999, stock: 10 };

const removal = (target: string) =>
  adminActionOf(
    { actor: people.admin, requestId: 'of a test' },
    { action: 'product.removed', target, before: {}, after: null },
  );

describeMongo('products', () => {
  const database = freshDatabase();
  let catalogue: Catalogue;
  let app: Express;

  beforeAll(async () => {
    catalogue = await createCatalogue(await database.connect());
    app = createCatalogueApp(catalogue);
  });

  const as = (role: string, pending: request.Test) => pending.set('Authorization', `Bearer ${role}`);
  const post = (body: object, role = 'manager') => as(role, request(app).post('/products')).send(body);
  const get = (id: string) => request(app).get(`/products/${id}`);
  const patch = (id: string, body: object, ifMatch?: string) => {
    const pending = as('manager', request(app).patch(`/products/${id}`));
    return (ifMatch === undefined ? pending : pending.set('If-Match', ifMatch)).send(body);
  };
  const remove = (id: string, role = 'admin') => as(role, request(app).delete(`/products/${id}`));
  const make = async (more: object = {}): Promise<ProductView> => shown(await post({ ...lamp, ...more }).expect(201));
  const setStored = (id: string, fields: object) =>
    catalogue.model.collection.updateOne({ _id: id } as never, { $set: fields });
  const storedFields = async (id: string) => catalogue.model.findById(id).lean().exec();

  describe('POST /products', () => {
    it('when only what is needed is given, then the rest gets its defaults and the ledger begins', async () => {
      const response = await post(lamp).expect(201);

      const made = shown(response);
      expect(response.headers).toMatchObject({ location: `/api/v1/products/${made.id}` });
      expect(made).toMatchObject({
        ...lamp,
        ...{ currency: 'USD', description: '', reserved: 0, sold: 0, version: 1, seq: 1, tags: [] },
        ...{ lowStockThreshold: null, perCustomerLimit: null, saleStartsAt: null, saleEndsAt: null },
        createdBy: people.manager.id,
      });
      expect(made.sku).toMatch(/^SKU-[0-9A-HJKMNP-TV-Z]{10}$/);
      const lines = await catalogue.movements.find({ productId: made.id }).lean().exec();
      expect(lines).toMatchObject([{ type: 'initial', seq: 1, delta: 10, stockAfter: 10 }]);
    });

    it('when everything is given, then it is answered as given', async () => {
      const full = {
        ...{ name: 'Mug', price: 0, stock: 0, sku: 'MUG-1', currency: 'EUR', description: 'White.\nRound.' },
        ...{ lowStockThreshold: 5, perCustomerLimit: 2, tags: ['home', 'white'] },
        ...{ saleStartsAt: '2026-01-01T00:00:00.000Z', saleEndsAt: '2026-02-01T00:00:00.000Z' },
      };
      const made = await make(full);

      expect(made).toMatchObject(full);
      expect(await storedFields(made.id)).toMatchObject({ limitHistory: 'complete', deleted: false });
    });

    it('when several fields are wrong or unknown, then all are named', async () => {
      const response = await post({
        name: ' ',
        price: 1.5,
        stock: -1,
        currency: 'usd',
        version: 7,
        createdBy: newId(),
      });

      expect(refusalOf(response)).toEqual([400, 'VALIDATION_FAILED']);
      expect(pathsOf(response)).toEqual(['createdBy', 'currency', 'name', 'price', 'stock', 'version']);
    });

    it.each([
      ['price over the bound', { price: 1_000_000_001 }, 'price'],
      ['stock over the bound', { stock: 1_000_000_001 }, 'stock'],
      ['name of 201 characters', { name: 'x'.repeat(201) }, 'name'],
      ['name with a line break', { name: 'a\nb' }, 'name'],
      ['name with half a surrogate pair', { name: 'a\ud800b' }, 'name'],
      ['description of 5001 characters', { description: 'x'.repeat(5001) }, 'description'],
      ['21 tags', { tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, 'tags'],
      ['tag of 41 characters', { tags: ['x'.repeat(41)] }, 'tags.0'],
      ['operator for a price', { price: { $gt: 0 } }, 'price'],
      ['limit of 0', { perCustomerLimit: 0 }, 'perCustomerLimit'],
      ['time without a zone', { saleStartsAt: '2026-01-01T00:00:00' }, 'saleStartsAt'],
      [
        'sale that ends as it starts',
        { saleStartsAt: '2026-01-01T00:00:00Z', saleEndsAt: '2026-01-01T00:00:00Z' },
        'saleEndsAt',
      ],
    ])('when there is a %s, then it is refused', async (_what, more, path) => {
      const response = await post({ ...lamp, ...more });
      expect(refusalOf(response)).toEqual([400, 'VALIDATION_FAILED']);
      expect(pathsOf(response)).toContain(path);
    });

    it.each([
      ['price', 1_000_000_000],
      ['stock', 1_000_000_000],
      ['name', 'x'.repeat(200)],
      ['description', 'x'.repeat(5000)],
      ['tags', Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(40, 'x'))],
    ])('when %s is at its bound, then it is taken', async (field, value) => {
      expect(await make({ [field]: value })).toMatchObject({ [field]: value });
    });

    it('when the sku is taken by a live product, then 409; when that one is gone, then it is free', async () => {
      const first = await make({ sku: 'TAKEN' });
      expect(refusalOf(await post({ ...lamp, sku: 'TAKEN' }))).toEqual([409, 'DUPLICATE_SKU']);
      await remove(first.id).expect(204);

      expect(await make({ sku: 'TAKEN' })).toMatchObject({ sku: 'TAKEN' });
    });

    it('when 10 ask for one sku at once, then exactly one gets it', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => post({ ...lamp, sku: 'RACE' })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    });

    it('when it is repeated with its key, then the first answer comes again byte for byte', async () => {
      const key = newId();
      const first = await post(lamp).set('Idempotency-Key', key).expect(201);
      const again = await post(lamp).set('Idempotency-Key', key).expect(201);

      expect(again.text).toBe(first.text);
      expect(again.headers).toMatchObject({ location: first.headers['location'], 'idempotent-replayed': 'true' });
      expect(first.headers).not.toHaveProperty('idempotent-replayed');
      const other = await post({ ...lamp, stock: 11 }).set('Idempotency-Key', key);
      expect(refusalOf(other)).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });

    it.each(['', 'with blank', 'x'.repeat(129)])('when the key is %j, then 400', async (key) => {
      const response = await post(lamp).set('Idempotency-Key', key);
      expect(refusalOf(response)).toEqual([400, 'VALIDATION_FAILED']);
      expect(pathsOf(response)).toEqual(['Idempotency-Key']);
    });

    it('when nobody has signed in or the role is user, then it is refused', async () => {
      expect(refusalOf(await request(app).post('/products').send(lamp))).toEqual([401, 'UNAUTHENTICATED']);
      expect(refusalOf(await post(lamp, 'user'))).toEqual([403, 'FORBIDDEN']);
    });
  });

  describe('GET /products/:id', () => {
    it('when it is there, then it is shown with its validators and nothing of its inside', async () => {
      const made = await make();
      const response = await get(made.id).expect(200);

      expect(shown(response)).toEqual(made);
      expect(response.headers).toMatchObject({ etag: '"1.1"', 'cache-control': 'no-cache', 'x-cache': 'MISS' });
    });

    it.each(['"1.1"', 'W/"1.1"', '"0.9", "1.1"', '*'])(
      'when If-None-Match is %s, then 304 without a body',
      async (tags) => {
        const made = await make();
        const response = await get(made.id).set('If-None-Match', tags).expect(304);

        expect(response.text).toBe('');
        expect(response.headers).toMatchObject({ etag: '"1.1"', 'cache-control': 'no-cache' });
      },
    );

    it.each(['"1.2"', '"1"', '1.1', '"11.1"'])(
      'when If-None-Match is %s, then it is answered in full',
      async (tags) => {
        const made = await make();
        await get(made.id).set('If-None-Match', tags).expect(200);
      },
    );

    it('when the creator is asked for, then the name comes along, or null for an account that is gone', async () => {
      const made = await make();
      const byAdmin = shown(await post(lamp, 'admin').expect(201));
      const withCreator = async (id: string) =>
        productWithCreator.parse(dataOf(await get(id).query({ include: 'createdBy' }).expect(200)));

      expect(await withCreator(made.id)).toEqual({ ...made, createdBy: { id: people.manager.id, name: 'Mara' } });
      expect((await withCreator(byAdmin.id)).createdBy).toEqual({ id: people.admin.id, name: null });
    });

    it('when the id or the query is wrong, then it is refused', async () => {
      const { id } = await make();
      expect(refusalOf(await get('nothing'))).toEqual([400, 'INVALID_ID']);
      expect(refusalOf(await get(newId()))).toEqual([404, 'NOT_FOUND']);
      expect(refusalOf(await get(`${id}?include=terms`))).toEqual([400, 'VALIDATION_FAILED']);
      expect(refusalOf(await get(`${id}?include=createdBy&include=createdBy`))).toEqual([400, 'VALIDATION_FAILED']);
    });
  });

  describe('GET /products', () => {
    const namesOf = (response: request.Response) => (dataOf(response) as ProductView[]).map(({ name }) => name);
    const list = (query: string) => request(app).get(`/products?${query}`);

    beforeAll(async () => {
      await make({ name: 'Crème brûlée torch', tags: ['kitchen'], price: 30, sku: 'KT-77' });
      await make({ name: 'Torchlight crab', tags: ['kitchen', 'toy'], price: 10, stock: 0 });
      await make({ name: 'crab cracker', tags: ['kitchen'], price: 20 });
    });

    it('when nothing is said, then the newest come first, 20 a page', async () => {
      const response = await request(app).get('/products').expect(200);

      const body = response.body as { data: ProductView[]; meta: { limit: number; nextCursor: string } };
      expect(body.data).toHaveLength(20);
      expect(namesOf(response)[0]).toBe('crab cracker');
      expect(body.meta).toEqual({ limit: 20, nextCursor: expect.any(String) as string });
      expect(body.data.every((each) => productSchema.safeParse(each).success)).toBe(true);
      expect(response.headers).toMatchObject({ 'x-cache': 'MISS' });
    });

    it.each([
      ['q=torch', ['Crème brûlée torch', 'Torchlight crab']],
      ['q=tor%20CREM', ['Crème brûlée torch']],
      ['q=brulee', ['Crème brûlée torch']],
      ['q=kt-7', ['Crème brûlée torch']],
      ['q=crab&sort=-name', ['Torchlight crab', 'crab cracker']],
      ['q=crabs', []],
      ['tag=kitchen&sort=price', ['Torchlight crab', 'crab cracker', 'Crème brûlée torch']],
      ['tag=kitchen&sort=-stock&inStock=true&maxPrice=20', ['crab cracker']],
      ['tag=kitchen&inStock=false', ['Torchlight crab']],
      ['tag=kitchen&minPrice=20&maxPrice=20', ['crab cracker']],
      ['tag=kitch', []],
    ])('when %s is asked for, then the matching ones come', async (query, names) => {
      const response = await list(query).expect(200);
      expect(namesOf(response)).toEqual(names);
      expect((response.body as { meta: unknown }).meta).toEqual({ limit: 20, nextCursor: null });
    });

    it.each([
      ['limit=0', 'query.limit'],
      ['limit=101', 'query.limit'],
      ['limit=1e1', 'query.limit'],
      ['sort=sold', 'query.sort'],
      ['q=a&sort=price', 'query.sort'],
      ['q=---', 'query.q'],
      ['minPrice=5&maxPrice=4', 'query.minPrice'],
      ['minPrice=1.5', 'query.minPrice'],
      ['inStock=1', 'query.inStock'],
      ['page=2', 'query.page'],
      ['tag=a&tag=b', 'query.tag'],
      ['tag[$ne]=a', 'query.tag[$ne]'],
      ['cursor=rubbish', 'query.cursor'],
    ])('when %s is asked for, then 400 names %s', async (query, path) => {
      const response = await list(query);
      expect(refusalOf(response)).toEqual([400, 'VALIDATION_FAILED']);
      expect(pathsOf(response)).toContain(path);
    });

    it('when a cursor is used for another query, then 400; with another limit it goes on', async () => {
      const first = await list('tag=kitchen&sort=price&limit=1').expect(200);
      const cursor = (first.body as { meta: { nextCursor: string } }).meta.nextCursor;

      expect(refusalOf(await list(`tag=toy&sort=price&cursor=${cursor}`))).toEqual([400, 'VALIDATION_FAILED']);
      expect(refusalOf(await list(`tag=kitchen&sort=-price&cursor=${cursor}`))).toEqual([400, 'VALIDATION_FAILED']);
      expect(namesOf(await list(`tag=kitchen&sort=price&limit=2&cursor=${cursor}`))).toHaveLength(2);
    });
  });

  describe('PATCH /products/:id', () => {
    it('when fields are given, then they change, the version grows by one and the rest stays', async () => {
      const made = await make({ tags: ['old'], description: 'Old' });
      const response = await patch(made.id, { name: 'New lamp', price: 5 }).expect(200);

      const changed = shown(response);
      expect(changed).toEqual({ ...made, name: 'New lamp', price: 5, version: 2, updatedAt: changed.updatedAt });
      expect(response.headers).toMatchObject({ etag: '"2.1"' });
      expect(shown(await get(made.id))).toEqual(changed);
    });

    it('when null is given, then what can be empty is cleared', async () => {
      const made = await make({
        ...{ tags: ['a'], description: 'Text', lowStockThreshold: 3, perCustomerLimit: 2 },
        ...{ saleStartsAt: '2026-01-01T00:00:00Z', saleEndsAt: '2026-02-01T00:00:00Z' },
      });
      const cleared = { lowStockThreshold: null, perCustomerLimit: null, saleStartsAt: null, saleEndsAt: null };
      const changed = shown(await patch(made.id, { ...cleared, tags: null, description: null }).expect(200));

      expect(changed).toMatchObject({ ...cleared, tags: [], description: '' });
    });

    it.each([
      ['name', null],
      ['price', null],
      ['sku', null],
      ['currency', null],
      ['stock', 5],
      ['reserved', 0],
      ['id', newId()],
    ])('when %s is set to %j, then it is refused', async (field, value) => {
      const made = await make();
      const response = await patch(made.id, { [field]: value });
      expect(refusalOf(response)).toEqual([400, 'VALIDATION_FAILED']);
      expect(pathsOf(response)).toEqual([field]);
    });

    it('when the patch is empty, then nothing changes', async () => {
      const made = await make();
      expect(shown(await patch(made.id, {}).expect(200))).toEqual(made);
      expect(refusalOf(await patch(made.id, {}, '"2.1"'))).toEqual([412, 'VERSION_MISMATCH']);
    });

    it('when the sale would end before the stored start, then it is refused', async () => {
      const made = await make({ saleStartsAt: '2026-03-01T00:00:00Z' });
      const response = await patch(made.id, { saleEndsAt: '2026-02-01T00:00:00Z' });
      expect(refusalOf(response)).toEqual([400, 'VALIDATION_FAILED']);
      expect(pathsOf(response)).toEqual(['saleEndsAt']);
    });

    it('when both ends of the sale are moved at once to opposite sides, then the window keeps its sense', async () => {
      const made = await make({ saleStartsAt: '2026-01-10T00:00:00Z', saleEndsAt: '2026-01-20T00:00:00Z' });
      const tries = Array.from({ length: 10 }, (_, index) =>
        patch(
          made.id,
          index % 2 === 0 ? { saleStartsAt: '2026-01-18T00:00:00Z' } : { saleEndsAt: '2026-01-12T00:00:00Z' },
        ),
      );
      const answers = await Promise.all(tries);

      const { saleStartsAt, saleEndsAt } = shown(await get(made.id));
      expect(Date.parse(saleStartsAt ?? '')).toBeLessThan(Date.parse(saleEndsAt ?? ''));
      expect(answers.map(({ status }) => status).sort()).toEqual([
        ...Array<number>(5).fill(200),
        ...Array<number>(5).fill(400),
      ]);
    });

    it('when name, sku or tags change, then the search follows', async () => {
      const made = await make({ name: 'Quokka', sku: 'QK-1' });
      const found = async (q: string) => dataOf(await request(app).get('/products').query({ q })) as ProductView[];
      await patch(made.id, { name: 'Wombat', tags: ['marsupial'] }).expect(200);

      expect(await found('quokka')).toEqual([]);
      expect(await found('womb marsu qk')).toMatchObject([{ id: made.id }]);
    });

    it('when a first limit is set, then the counters are to be made up from the ledger', async () => {
      const made = await make();
      await patch(made.id, { perCustomerLimit: 1 }).expect(200);
      expect(await storedFields(made.id)).toMatchObject({ limitHistory: 'ledger', perCustomerLimit: 1 });
      await patch(made.id, { perCustomerLimit: null }).expect(200);
      expect(await storedFields(made.id)).toMatchObject({ limitHistory: 'ledger', perCustomerLimit: null });
    });

    it('when the sku belongs to another, then 409 and nothing changes', async () => {
      await make({ sku: 'HERS' });
      const made = await make();
      expect(refusalOf(await patch(made.id, { sku: 'HERS', price: 1 }))).toEqual([409, 'DUPLICATE_SKU']);
      expect(shown(await get(made.id))).toEqual(made);
    });

    it.each(['"1.1"', '"1.999"', 'W/"1.1"', '"7.1", "1.4"', '*'])(
      'when If-Match is %s, then it is taken',
      async (tags) => {
        const made = await make();
        await patch(made.id, { price: 1 }, tags).expect(200);
      },
    );

    it.each(['"2.1"', '"9.1", "8.1"', '"abc"'])('when If-Match is %s, then 412 tells the version', async (tags) => {
      const made = await make();
      const response = await patch(made.id, { price: 1 }, tags);
      expect(refusalOf(response)).toEqual([412, 'VERSION_MISMATCH']);
      expect(detailsOf(response)).toEqual({ currentVersion: 1 });
      expect(shown(await get(made.id))).toEqual(made);
    });

    it.each(['1.1', '"1.1', '"1.1" "2.1"', '*, "1.1"'])('when If-Match is %s, then 400', async (tags) => {
      const made = await make();
      expect(refusalOf(await patch(made.id, { price: 1 }, tags))).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('when 20 edit the same version at once, then exactly one does', async () => {
      const made = await make();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => patch(made.id, { price: index }, '"1.1"')),
      );

      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(412)]);
      expect(shown(await get(made.id)).version).toBe(2);
    });

    it('when 20 edit at once without If-Match, then all do and each counts', async () => {
      const made = await make();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => patch(made.id, { price: index })));

      expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
      expect(shown(await get(made.id)).version).toBe(21);
    });

    it('when it is sold while it is edited, then neither is lost', async () => {
      const made = await make({ stock: 1000 });
      const sell = () =>
        catalogue.engine.submit({
          ...{
            kind: 'purchase',
            key: null,
            hash: '',
            retryKey: newId(),
            actorId: people.user.id,
            buyerId: people.user.id,
          },
          lines: [{ type: 'sale', id: newId(), productId: made.id, quantity: 1, price: null }],
          showsProduct: false,
          answer: () => ({ status: 201, body: '', location: null }),
        });
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => Promise.all([sell(), patch(made.id, { price: index })])),
      );

      expect(shown(await get(made.id))).toMatchObject({ stock: 970, sold: 30, seq: 31, version: 31 });
    });

    it('when the product, the sign-in or the role is missing, then it is refused', async () => {
      const { id } = await make();
      expect(refusalOf(await patch(newId(), { price: 1 }))).toEqual([404, 'NOT_FOUND']);
      expect(refusalOf(await patch('nothing', { price: 1 }))).toEqual([400, 'INVALID_ID']);
      expect(refusalOf(await request(app).patch(`/products/${id}`).send({}))).toEqual([401, 'UNAUTHENTICATED']);
      expect(refusalOf(await as('user', request(app).patch(`/products/${id}`)).send({}))).toEqual([403, 'FORBIDDEN']);
    });
  });

  describe('DELETE /products/:id', () => {
    it('when it is taken off, then nobody finds it any more but its ledger stays', async () => {
      const made = await make({ name: 'Dodo' });
      expect((await remove(made.id).expect(204)).text).toBe('');

      expect(refusalOf(await get(made.id))).toEqual([404, 'NOT_FOUND']);
      expect(refusalOf(await remove(made.id))).toEqual([404, 'NOT_FOUND']);
      expect(refusalOf(await patch(made.id, { price: 1 }))).toEqual([404, 'NOT_FOUND']);
      expect(dataOf(await request(app).get('/products?q=dodo'))).toEqual([]);
      expect(await catalogue.movements.countDocuments({ productId: made.id })).toBe(1);
      expect(await storedFields(made.id)).toMatchObject({ deleted: true, version: 2 });
    });

    it('when units are reserved, then 409 and it stays', async () => {
      const made = await make();
      await setStored(made.id, { reserved: 1 });
      expect(refusalOf(await remove(made.id))).toEqual([409, 'PRODUCT_IN_USE']);
      await setStored(made.id, { reserved: 0 });
      await remove(made.id).expect(204);
    });

    it('when units are reserved between the look and the removal, then it stays', async () => {
      const made = await make();
      await setStored(made.id, { reserved: 1 });
      expect(await catalogue.queries.remove(made, removal(made.id))).toBe(false);
      await get(made.id).expect(200);
    });

    it('when If-Match names an older version, then 412', async () => {
      const made = await make();
      await patch(made.id, { price: 1 }).expect(200);
      expect(refusalOf(await remove(made.id).set('If-Match', '"1.1"'))).toEqual([412, 'VERSION_MISMATCH']);
      await remove(made.id).set('If-Match', '"2.1"').expect(204);
    });

    it('when 10 delete at once, then exactly one does', async () => {
      const made = await make();
      const answers = await Promise.all(Array.from({ length: 10 }, () => remove(made.id)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array<number>(9).fill(404)]);
    });

    it('when it is not an admin, then it is refused', async () => {
      const { id } = await make();
      expect(refusalOf(await request(app).delete(`/products/${id}`))).toEqual([401, 'UNAUTHENTICATED']);
      expect(refusalOf(await remove(id, 'manager'))).toEqual([403, 'FORBIDDEN']);
      expect(refusalOf(await remove('nothing'))).toEqual([400, 'INVALID_ID']);
    });
  });
});
