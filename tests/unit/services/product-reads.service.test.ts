import { jest } from '@jest/globals';
import type { FoundProduct, ProductQueries } from '../../../src/models/product-queries.js';
import { createProductBody, listProductsQuery } from '../../../src/schemas/product.js';
import { shownProduct, type ProductCache } from '../../../src/services/product-cache.service.js';
import { newProduct } from '../../../src/services/product-creation.js';
import { createProductReads } from '../../../src/services/product-reads.service.js';
import { newId } from '../../../src/utils/uuid.js';

const input = createProductBody.parse({ name: 'Lamp', price: 5, stock: 3 });
const stored = (): FoundProduct => newProduct(input, newId(), newId(), new Date(0));
const failing = (code: string) => expect.objectContaining({ code }) as Error;

const build = (found: FoundProduct | null = null) => {
  const products = {
    find: jest.fn<ProductQueries['find']>().mockResolvedValue(found),
    list: jest.fn<ProductQueries['list']>().mockResolvedValue(found === null ? [] : [found]),
  };
  const cache = {
    peek: jest.fn<ProductCache['peek']>().mockReturnValue(undefined),
    read: jest.fn<ProductCache['read']>().mockResolvedValue({ value: found && shownProduct(found), source: 'hit' }),
    page: jest.fn<ProductCache['page']>(async (_query, load) => ({ value: await load(), source: 'miss' })),
  };
  const names = { of: () => Promise.resolve(new Map<string, string>()) };
  return { products, cache, reads: createProductReads({ products, cache, names }) };
};

describe('product reads: one product', () => {
  it('when the cache is asked for, then the database is not', async () => {
    const { reads, products } = build(stored());
    expect((await reads.get(newId(), false)).source).toBe('hit');
    expect(products.find).not.toHaveBeenCalled();
  });

  it('when the database is asked for, then the cache is not', async () => {
    const { reads, cache } = build(stored());
    expect((await reads.get(newId(), true)).source).toBe('bypass');
    expect(cache.read).not.toHaveBeenCalled();
  });

  it.each([true, false])('when there is no such product (past the cache: %s), then NOT_FOUND', async (past) => {
    await expect(build().reads.get(newId(), past)).rejects.toThrow(failing('NOT_FOUND'));
  });

  it('when the cache knows that there is none, then NOT_FOUND without a wait', () => {
    const { reads, cache } = build();
    cache.peek.mockReturnValue({ value: null, source: 'hit' });
    expect(() => reads.peek(newId())).toThrow(failing('NOT_FOUND'));
  });
});

describe('product reads: list', () => {
  it('when the cursor is of another query, then nothing is read', async () => {
    const { reads, products, cache } = build();
    await expect(reads.list(listProductsQuery.parse({ cursor: 'x' }), false)).rejects.toThrow(
      failing('VALIDATION_FAILED'),
    );
    expect(products.list).not.toHaveBeenCalled();
    expect(cache.page).not.toHaveBeenCalled();
  });

  it('when a search says no order, then it comes by name', async () => {
    const { reads, products } = build();
    await reads.list(listProductsQuery.parse({ q: 'lamp' }), false);
    expect(products.list.mock.calls[0]?.[0]).toMatchObject({
      words: ['lamp'],
      sort: { by: 'name', descending: false },
      limit: 21,
    });
  });

  it.each([{ inStock: 'true' }, { inStock: 'false' }, { sort: 'stock' }, { sort: '-stock' }])(
    'when the page depends on stock (%j), then it is read past the cache',
    async (query) => {
      const { reads, cache } = build(stored());
      const page = await reads.list(listProductsQuery.parse(query), false);
      expect(page.source).toBe('bypass');
      expect(page.products).toHaveLength(1);
      expect(cache.page).not.toHaveBeenCalled();
    },
  );

  it('when a product of a cached page is gone, then it is left out and the cursor stays', async () => {
    const { reads, cache } = build(stored());
    cache.page.mockResolvedValue({ value: { ids: [newId(), newId()], nextCursor: 'there' }, source: 'hit' });
    cache.read.mockResolvedValueOnce({ value: null, source: 'hit' });
    const page = await reads.list(listProductsQuery.parse({}), false);
    expect(page.products).toHaveLength(1);
    expect(page.nextCursor).toBe('there');
  });

  it('when the ids come from the cache but an item does not, then it is no hit', async () => {
    const { reads, cache } = build(stored());
    cache.page.mockResolvedValue({ value: { ids: [newId(), newId()], nextCursor: null }, source: 'hit' });
    cache.read.mockResolvedValueOnce({ value: null, source: 'miss' });
    expect((await reads.list(listProductsQuery.parse({}), false)).source).toBe('miss');
  });

  it('when a page is asked for again, then it is put together anew only once a product of it has changed', async () => {
    const { reads, cache } = build(stored());
    const page = { ids: [newId(), newId()], nextCursor: null };
    cache.page.mockResolvedValue({ value: page, source: 'hit' });
    const [one, two, changed] = [stored(), stored(), { ...stored(), name: 'Another' }].map(shownProduct);
    const showing = (products: readonly (typeof one)[]) => {
      for (const product of products) cache.read.mockResolvedValueOnce({ value: product ?? null, source: 'hit' });
      return reads.list(listProductsQuery.parse({}), false);
    };
    const first = await showing([one, two]);
    const again = await showing([one, two]);
    const later = await showing([one, changed]);
    expect(again).toEqual(first);
    expect(again.products).toBe(first.products);
    expect(later.etag).not.toBe(first.etag);
    expect(JSON.parse(later.answer)).toMatchObject({
      data: [{ name: 'Lamp' }, { name: 'Another' }],
      meta: { limit: 20 },
    });
    expect(later.bytes).toBe(Buffer.byteLength(later.answer));
  });
});
