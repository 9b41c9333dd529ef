import { createDemo, demoProducts, type DemoProduct } from '../../../src/services/demo.service.js';
import { AppError } from '../../../src/utils/errors.js';

describe('demo', () => {
  it('when the catalogue is empty, then every product is created by the admin', async () => {
    const created: [DemoProduct, string][] = [];
    const demo = createDemo({
      products: { create: (input, actorId) => Promise.resolve(created.push([input, actorId])) },
    });
    expect(await demo.fill('the-admin')).toBe(demoProducts.length);
    expect(created).toEqual(demoProducts.map((product) => [product, 'the-admin']));
  });

  it('when some are there already, then the others are created', async () => {
    const demo = createDemo({
      products: {
        create: ({ sku }) =>
          sku.startsWith('TIX') ? Promise.reject(new AppError('DUPLICATE_SKU')) : Promise.resolve(),
      },
    });
    expect(await demo.fill('the-admin')).toBe(demoProducts.length - 3);
  });

  it('when creating fails for another reason, then that is passed on', async () => {
    const demo = createDemo({ products: { create: () => Promise.reject(new AppError('UNAVAILABLE')) } });
    await expect(demo.fill('the-admin')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('when the products are looked at, then each keeps the bounds of the contract', () => {
    expect(new Set(demoProducts.map(({ sku }) => sku)).size).toBe(demoProducts.length);
    for (const { name, description, price, stock, tags } of demoProducts) {
      expect(name.length).toBeLessThanOrEqual(200);
      expect(description.length).toBeLessThanOrEqual(5_000);
      expect(Number.isInteger(price) && price >= 0 && Number.isInteger(stock) && stock >= 0).toBe(true);
      expect(tags.every((tag) => tag.length > 0 && tag.length <= 40)).toBe(true);
    }
  });
});
