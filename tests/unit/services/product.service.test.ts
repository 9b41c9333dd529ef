import { jest } from '@jest/globals';
import type { FoundProduct, ProductQueries } from '../../../src/models/product-queries.js';
import { createProductBody } from '../../../src/schemas/product.js';
import { newProduct } from '../../../src/services/product-creation.js';
import type { ProductCache } from '../../../src/services/product-cache.service.js';
import { createProductService } from '../../../src/services/product.service.js';
import type { StockCommand } from '../../../src/services/stock-engine/commands.js';
import type { Settled } from '../../../src/services/stock-engine/stock-engine.js';
import { newId } from '../../../src/utils/uuid.js';

const caller = { id: newId(), role: 'manager' } as const;
const context = { actor: { id: newId(), role: 'admin' }, requestId: 'request-1' } as const;
const input = createProductBody.parse({ name: 'Lamp', price: 5, stock: 3 });
const stored = (more: Partial<FoundProduct> = {}): FoundProduct => ({
  ...newProduct(input, newId(), caller.id, new Date(0)),
  ...more,
});
const failing = (code: string, details?: unknown) =>
  expect.objectContaining(details === undefined ? { code } : { code, details }) as Error;

const build = (found: FoundProduct | null) => {
  const products = {
    find: jest.fn<ProductQueries['find']>().mockResolvedValue(found),
    edit: jest.fn<ProductQueries['edit']>(({ version }, edit) =>
      Promise.resolve(found && { ...found, ...edit, version: version + 1 }),
    ),
    remove: jest.fn<ProductQueries['remove']>().mockResolvedValue(true),
  };
  const submit = jest
    .fn<(command: StockCommand) => Promise<Settled>>()
    .mockResolvedValue({ status: 201, body: '{}', location: null, replayed: false });
  const edited = jest.fn<ProductCache['edited']>().mockResolvedValue();
  const service = createProductService({ products, engine: { submit }, cache: { edited } });
  return { products, submit, edited, service };
};

describe('product service: create', () => {
  it('when the same is wished twice under one key, then both commands can be told to be the same', async () => {
    const { service, submit } = build(null);
    await service.create(caller, input, 'k');
    await service.create(caller, { ...input }, 'k');
    await service.create(caller, { ...input, price: 6 }, 'k');

    const [first, second, other] = submit.mock.calls.map(([command]) => command);
    expect(first).toMatchObject({ key: { kind: 'stored', id: `${caller.id}:k` }, retryKey: 'k' });
    expect(second?.hash).toBe(first?.hash);
    expect(other?.hash).not.toBe(first?.hash);
  });

  it('when there is no key, then one is made that can resolve a lost answer', async () => {
    const { service, submit } = build(null);
    await service.create(caller, input, undefined);

    const command = submit.mock.calls[0]?.[0];
    expect(command?.key).toEqual({ kind: 'stored', id: `${caller.id}:${command?.retryKey ?? ''}` });
  });
});

describe('product service: patch', () => {
  it('when there is no such product, then nothing is written', async () => {
    const { service, products } = build(null);
    await expect(service.patch(newId(), { price: 1 }, null)).rejects.toThrow(failing('NOT_FOUND'));
    expect(products.edit).not.toHaveBeenCalled();
  });

  it('when the version is another, then nothing is written', async () => {
    const { service, products } = build(stored({ version: 4 }));
    await expect(service.patch(newId(), { price: 1 }, new Set([3]))).rejects.toThrow(
      failing('VERSION_MISMATCH', { currentVersion: 4 }),
    );
    expect(products.edit).not.toHaveBeenCalled();
  });

  it('when the sale would end before it starts, then nothing is written', async () => {
    const { service, products } = build(stored({ saleStartsAt: new Date(1_000) }));
    await expect(service.patch(newId(), { saleEndsAt: new Date(1_000) }, null)).rejects.toThrow(
      failing('VALIDATION_FAILED'),
    );
    expect(products.edit).not.toHaveBeenCalled();
  });

  it('when others keep getting in between, then it gives up in the end', async () => {
    const { service, products } = build(stored());
    products.edit.mockResolvedValue(null);
    await expect(service.patch(newId(), { price: 1 }, null)).rejects.toThrow(failing('UNAVAILABLE'));
    expect(products.edit).toHaveBeenCalledTimes(40);
  });

  it('when it is written, then the cache has been told of the new version before the answer', async () => {
    const { service, products, edited } = build(stored({ version: 4, seq: 9 }));
    products.edit.mockResolvedValue(stored({ version: 5, seq: 11 }));
    const id = newId();
    await service.patch(id, { price: 1 }, null);
    expect(edited).toHaveBeenCalledWith({ id, version: 5, seq: 11 });
  });

  it('when nothing is written, then the cache is left as it is', async () => {
    const { service, edited } = build(stored());
    await service.patch(newId(), {}, null);
    expect(edited).not.toHaveBeenCalled();
  });

  it('when only the price changes, then name key, terms and limits are left alone', async () => {
    const { service, products } = build(stored());
    await service.patch(newId(), { price: 1 }, null);
    expect(Object.keys(products.edit.mock.calls[0]?.[1] ?? {}).sort()).toEqual(['price', 'updatedAt']);
  });

  it('when a limit is set once more, then the history of the counters stays as it is', async () => {
    const { service, products } = build(stored({ limitHistory: 'complete' }));
    await service.patch(newId(), { perCustomerLimit: 3 }, null);
    expect(products.edit.mock.calls[0]?.[1]).not.toHaveProperty('limitHistory');
  });
});

describe('product service: remove', () => {
  it('when units are reserved, then it stays', async () => {
    const { service, products } = build(stored({ reserved: 1 }));
    await expect(service.remove(context, newId(), null)).rejects.toThrow(failing('PRODUCT_IN_USE'));
    expect(products.remove).not.toHaveBeenCalled();
  });

  it('when somebody gets in between, then it looks again', async () => {
    const { service, products, edited } = build(stored({ version: 2, seq: 1 }));
    products.remove.mockResolvedValueOnce(false);
    const id = newId();
    await service.remove(context, id, null);
    expect(products.find).toHaveBeenCalledTimes(2);
    expect(edited.mock.calls).toEqual([[{ id, version: 3, seq: 1 }]]);
  });

  it('when it goes, then who has done so, to what and under which request is written with it', async () => {
    const { service, products } = build(stored({ version: 2 }));
    const id = newId();
    await service.remove(context, id, null);
    expect(products.remove.mock.calls).toMatchObject([
      [
        { id, version: 2 },
        {
          actorId: context.actor.id,
          action: 'product.removed',
          target: id,
          before: { name: 'Lamp', version: 2 },
          after: null,
          requestId: 'request-1',
        },
      ],
    ]);
  });
});
