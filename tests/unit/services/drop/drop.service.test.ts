import type { DropEvent } from '../../../../src/schemas/drop.js';
import { sample } from '../../../../src/schemas/openapi/samples.js';
import { createDropService, type DropDependencies } from '../../../../src/services/drop/drop.service.js';
import { AppError } from '../../../../src/utils/errors.js';
import { waitFor } from '../../../helpers/wait-for.js';

const caller = { id: 'somebody', role: 'admin' } as const;
const settled = (status: number, data: object) => ({
  status,
  body: JSON.stringify({ data }),
  location: null,
  replayed: false,
});

const audit = { received: 3, sold: 3, reserved: 0, stock: 0, lines: 4, consistent: true, faults: [] };

/** A shop that has so many units, and notes who has bought with which key. */
const createWorld = (units: number, more: Partial<DropDependencies> = {}) => {
  const world = { left: units, buyers: new Set<string>(), keys: [] as (string | undefined)[], took: [] as number[] };
  const deps: DropDependencies = {
    products: {
      create: (_caller, { sku, name, stock, tags }) =>
        Promise.resolve(settled(201, { ...sample.product, sku, name, stock, tags })),
    },
    purchases: {
      buy: (buyer, _wish, key) => {
        world.buyers.add(buyer.id);
        world.keys.push(key);
        if (world.left === 0) return Promise.reject(new AppError('INSUFFICIENT_STOCK'));
        world.left--;
        return Promise.resolve(settled(201, { ...sample.purchase, stockAfter: world.left }));
      },
    },
    audits: { audit: () => Promise.resolve(audit) },
    took: (ms) => void world.took.push(ms),
    logger: { info: () => undefined },
    ...more,
  };
  return { world, drops: createDropService(deps) };
};

const never = new AbortController().signal;

const watched = () => {
  const events: DropEvent[] = [];
  return {
    tell: (event: DropEvent) => void events.push(event),
    finished: () => events.flatMap((each) => (each.event === 'finished' ? [each.data] : []))[0],
    buyers: () => events.flatMap((each) => (each.event === 'buyer' ? each.data : [])),
    events,
  };
};

describe('drop service', () => {
  it('when more come than there is, then as many win as there are units, each a customer of their own', async () => {
    const { world, drops } = createWorld(3);
    const { tell, finished, buyers } = watched();
    const drop = await drops.start(caller, { buyers: 10, units: 3, seconds: 0 });
    await drop.run(tell, never);
    expect(finished()).toMatchObject({ won: 3, refused: 7, failed: 0, audit, cutShort: null });
    expect(finished()?.soldOutMs).not.toBeNull();
    expect(buyers()).toHaveLength(10);
    expect(world.buyers.size).toBe(10);
    expect(world.took).toHaveLength(10);
  });

  it('when a buyer is told to come back, then they do, with the key that they were given', async () => {
    const { drops } = createWorld(1);
    const keys: (string | undefined)[] = [];
    const busy = createWorld(1, {
      purchases: {
        buy: (_buyer, _wish, key) => {
          keys.push(key);
          if (keys.length < 3) {
            const headers = { 'Retry-After': '1', 'Idempotency-Key': 'purchase:1' };
            return Promise.reject(new AppError('UNAVAILABLE', { headers }));
          }
          return Promise.resolve(settled(201, { ...sample.purchase, stockAfter: 0 }));
        },
      },
    });
    const { tell, finished } = watched();
    await (await busy.drops.start(caller, { buyers: 1, units: 1, seconds: 0 })).run(tell, never);
    expect(keys).toEqual([undefined, 'purchase:1', 'purchase:1']);
    expect(finished()).toMatchObject({ won: 1, failed: 0 });
    await drops.close();
  });

  it('when the service never has time, then buyers give up and count as failed', async () => {
    let tries = 0;
    const { drops } = createWorld(1, {
      purchases: {
        buy: () => {
          tries++;
          return Promise.reject(new AppError('UNAVAILABLE'));
        },
      },
      audits: { audit: () => Promise.reject(new AppError('UNAVAILABLE')) },
    });
    const { tell, finished } = watched();
    await (await drops.start(caller, { buyers: 2, units: 1, seconds: 0 })).run(tell, never);
    expect(finished()).toMatchObject({ won: 0, refused: 0, failed: 2, soldOutMs: null, audit: null });
    expect(tries).toBe(8);
  });

  it('when one is running, then there is no other; when it has ended, then there is', async () => {
    const { drops } = createWorld(1);
    const drop = await drops.start(caller, { buyers: 1, units: 1, seconds: 0 });
    await expect(drops.start(caller, { buyers: 1, units: 1, seconds: 0 })).rejects.toMatchObject({
      code: 'DROP_RUNNING',
    });
    await drop.run(() => undefined, never);
    await expect(drops.start(caller, { buyers: 1, units: 1, seconds: 0 })).resolves.toBeDefined();
  });

  it('when its product cannot be made, then the next one may be tried at once', async () => {
    let isDown = true;
    const { drops } = createWorld(1, {
      products: {
        create: (_caller, { stock }) =>
          isDown
            ? Promise.reject(new AppError('UNAVAILABLE'))
            : Promise.resolve(settled(201, { ...sample.product, stock })),
      },
    });
    const wish = { buyers: 1, units: 1, seconds: 0 };
    await expect(drops.start(caller, wish)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isDown = false;
    await expect(drops.start(caller, wish)).resolves.toBeDefined();
  });

  it('when nobody watches any more, then no further buyer is sent and nothing more is said', async () => {
    const { world, drops } = createWorld(1_000);
    const left = new AbortController();
    const { tell, finished } = watched();
    const drop = await drops.start(caller, { buyers: 1_000, units: 1_000, seconds: 30 });
    const ended = drop.run(tell, left.signal);
    await waitFor(() => world.buyers.size > 0);
    left.abort();
    await ended;
    expect(world.buyers.size).toBeLessThan(1_000);
    expect(finished()).toBeUndefined();
  });

  it.each(['deadline', 'stopping'] as const)('when the end is %s, then what was done is told, and why', async (end) => {
    const { world, drops } = createWorld(1_000, end === 'deadline' ? { deadlineMs: 50 } : {});
    const { tell, finished } = watched();
    const drop = await drops.start(caller, { buyers: 1_000, units: 1_000, seconds: 30 });
    const ended = drop.run(tell, never);
    await waitFor(() => end === 'deadline' || world.buyers.size > 0);
    if (end === 'stopping') await drops.close();
    await ended;
    expect(finished()).toMatchObject({ won: world.buyers.size, cutShort: end });
    if (end === 'stopping') {
      await expect(drops.start(caller, { buyers: 1, units: 1, seconds: 0 })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
    }
  });
});
