import { listProductsQuery, type ListProductsQuery, type ProductView } from '../../src/schemas/product.js';
import type { ProductDocument } from '../../src/models/product.model.js';
import { newId } from '../../src/utils/uuid.js';
import { createCatalogue, people, storedProduct, type Catalogue } from '../helpers/catalogue.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';

const words = ['Red', 'blue', 'Écru', 'lamp', 'Chair', 'table'];
const startMs = Date.UTC(2026, 0, 1);

/** Many equal names, prices, stocks and times, so that pages end among equals all the time. */
const productOf = (n: number): ProductDocument =>
  storedProduct(
    {
      name: `${words[(n + (n >> 3)) % 6] ?? ''} ${words[(n * 5) % 4] ?? ''}`,
      price: (n * 7) % 9,
      stock: [0, 0, 5, 130, 131, 1_000, 1_001, 1_007, 50_000][((n >> 1) * 5) % 9] ?? 0,
      tags: n % 3 === 0 ? ['home', 'sale'] : ['home'],
    },
    new Date(startMs + (n % 40) * 1_000),
  );

const keyOf = (by: string, product: ProductDocument): string | number => {
  if (by === 'name') return product.nameKey;
  if (by === 'createdAt') return product.createdAt.getTime();
  return by === 'price' ? product.price : product.stock;
};

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : Number(a > b));

/** What the contract says, without an index. */
const expectedIds = (all: readonly ProductDocument[], query: ListProductsQuery): string[] => {
  const sort = query.sort ?? (query.q === undefined ? '-createdAt' : 'name');
  const turn = sort.startsWith('-') ? -1 : 1;
  const by = sort.replace('-', '');
  return all
    .filter(
      ({ tags, price, stock, name }) =>
        (query.tag === undefined || tags.includes(query.tag)) &&
        price >= (query.minPrice ?? 0) &&
        price <= (query.maxPrice ?? Infinity) &&
        (query.inStock === undefined || stock > 0 === query.inStock) &&
        (query.q === undefined || new RegExp(`\\b${query.q}`, 'iu').test(name)),
    )
    .sort((a, b) => turn * (compare(keyOf(by, a), keyOf(by, b)) || compare(a._id, b._id)))
    .map(({ _id }) => _id);
};

describeMongo('pages of the catalogue', () => {
  const database = freshDatabase();
  let catalogue: Catalogue;
  let all: ProductDocument[];

  beforeAll(async () => {
    catalogue = await createCatalogue(await database.connect());
    all = Array.from({ length: 300 }, (_, n) => productOf(n));
    const gone = { ...productOf(1), sku: 'gone', deleted: true };
    await catalogue.model.collection.insertMany([...all, gone] as never[]);
  });

  const walk = async (
    query: Record<string, string>,
    between: (page: ProductView[]) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const given = listProductsQuery.parse({ ...query, ...(cursor === null ? {} : { cursor }) });
      const page = await catalogue.reads.list(given, true);
      const products = page.products.map((text) => JSON.parse(text) as ProductView);
      ids.push(...products.map(({ id }) => id));
      cursor = page.nextCursor;
      await between(products);
    } while (cursor !== null);
    return ids;
  };

  const sorts = ['name', 'price', 'stock', 'createdAt'].flatMap((by) => [by, `-${by}`]);
  const filters: Record<string, string>[] = [
    {},
    { tag: 'sale' },
    { minPrice: '3' },
    { minPrice: '2', maxPrice: '5' },
    { inStock: 'true' },
    { inStock: 'false' },
    { tag: 'sale', maxPrice: '6', inStock: 'true' },
  ];
  const queries = [
    ...sorts.flatMap((sort) => filters.map((filter) => ({ ...filter, sort }))),
    ...filters.flatMap((filter) => [
      { ...filter, q: 'la' },
      { ...filter, q: 'chair', sort: '-name' },
    ]),
    {},
  ];

  it.each(queries.map((query) => [JSON.stringify(query), query] as const))(
    'when %s is walked in pages of 7, then every product comes once and in order',
    async (_name, query) => {
      const expected = expectedIds(all, listProductsQuery.parse(query));
      expect(expected.length).toBeGreaterThan(7);
      expect(await walk({ ...query, limit: '7' })).toEqual(expected);
    },
  );

  it.each(sorts)(
    'when products are added while %s is walked, then none of the first is skipped or doubled',
    async (sort) => {
      const first = expectedIds(all, listProductsQuery.parse({ sort }));
      const added = new Set<string>();
      const ids = await walk({ sort, limit: '13' }, async (page) => {
        for (const { name, price, stock, tags } of [page[0], page.at(-1)].filter((each) => each !== undefined)) {
          if (added.size >= 20) return;
          const extra = storedProduct({ name, price, stock, tags });
          added.add(extra._id);
          await catalogue.model.collection.insertOne(extra as never);
        }
      });
      await catalogue.model.collection.deleteMany({ _id: { $in: [...added] } } as never);

      expect(added.size).toBeGreaterThan(0);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !added.has(id))).toEqual(first);
    },
  );

  it('when units are sold through the engine, then the order by stock and inStock follow at once', async () => {
    const made = storedProduct({ name: 'Zebra', stock: 0, tags: ['zoo'] });
    const other = storedProduct({ name: 'Yak', stock: 400, tags: ['zoo'] });
    await catalogue.model.collection.insertMany([made, other] as never[]);
    const shown = async (query: Record<string, string>) => {
      const { products } = await catalogue.reads.list(listProductsQuery.parse({ tag: 'zoo', ...query }), false);
      return products.map((text) => JSON.parse(text) as ProductView).map(({ name, stock }) => `${name} ${stock}`);
    };
    const add = (productId: string, delta: number) =>
      catalogue.engine.submit({
        ...{ kind: 'adjust', key: null, hash: '', retryKey: newId(), actorId: people.manager.id, buyerId: null },
        lines: [{ type: 'adjustment', id: newId(), productId, delta, reason: 'test', reference: null }],
        showsProduct: false,
        answer: () => ({ status: 200, body: '', location: null }),
      });
    expect(await shown({ sort: 'stock' })).toEqual(['Zebra 0', 'Yak 400']);
    expect(await shown({ inStock: 'true' })).toEqual(['Yak 400']);

    await add(made._id, 500);
    await add(other._id, -399);
    expect(await shown({ sort: 'stock' })).toEqual(['Yak 1', 'Zebra 500']);
    await add(other._id, -1);

    expect(await shown({ sort: '-stock' })).toEqual(['Zebra 500', 'Yak 0']);
    expect(await shown({ inStock: 'false' })).toEqual(['Yak 0']);
    expect(await shown({ inStock: 'true' })).toEqual(['Zebra 500']);
  });
});
