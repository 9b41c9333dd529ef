import type { ProductDocument } from '../../../src/models/product.model.js';
import { createProductBody, product as productSchema } from '../../../src/schemas/product.js';
import { makeSku, newProduct } from '../../../src/services/product-creation.js';
import { etagOf, productView } from '../../../src/services/product-view.js';
import { newId } from '../../../src/utils/uuid.js';

const at = new Date('2026-05-01T12:00:00.000Z');
const make = (more: object = {}): ProductDocument =>
  newProduct(createProductBody.parse({ name: 'Red lamp', price: 5, stock: 3, ...more }), newId(), newId(), at);

describe('product view', () => {
  it('when a document is shown, then it has the fields of the contract and none else', () => {
    const view = productView(make({ saleStartsAt: '2026-05-01T14:00:00+02:00', tags: ['a'] }));

    expect(Object.keys(view)).toEqual(Object.keys(productSchema.shape));
    expect(productSchema.parse(JSON.parse(JSON.stringify(view)))).toEqual(view);
    expect(view).toMatchObject({ createdAt: at.toISOString(), saleStartsAt: at.toISOString(), saleEndsAt: null });
  });

  it('when a document carries a field that nobody knows, then it stays inside', () => {
    const view = productView({ ...make(), secret: 1 } as ProductDocument);
    expect(JSON.stringify(view)).not.toMatch(/secret|terms|deleted|limitHistory|nameKey|stockBand|_id/);
  });

  it('when version and seq are known, then the tag names both', () => {
    expect(etagOf({ version: 7, seq: 312 })).toBe('"7.312"');
  });
});

describe('new product', () => {
  it('when it is made, then it can be found, stands at its first version and waits for its first line', () => {
    const made = make({ sku: 'LX-9', tags: ['home'], stock: 1000 });

    expect(made).toMatchObject({ version: 1, seq: 0, reserved: 0, sold: 0, deleted: false, limitHistory: 'none' });
    expect(made.terms).toEqual(expect.arrayContaining(['red', 'lam', 'lx', '9', 'home']));
    expect(made).toMatchObject({ nameKey: 'red lamp', stockBand: expect.any(Number) as number });
    expect(make({ perCustomerLimit: 1 }).limitHistory).toBe('complete');
  });

  it('when skus are made up, then they are unlike each other and easy to read out', () => {
    const skus = new Set(Array.from({ length: 1_000 }, makeSku));
    expect(skus.size).toBe(1_000);
    for (const sku of skus) expect(sku).toMatch(/^SKU-[0-9A-HJKMNP-TV-Z]{10}$/);
  });
});
