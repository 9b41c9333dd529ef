import { createStockStream } from '../../../../src/services/stock-stream/stock-stream.service.js';
import { waitFor } from '../../../helpers/wait-for.js';

const productsMany = 2_000;
const place = (number: number): string => `82${number.toString(16).toUpperCase().padStart(16, '0')}`;

const setUp = () => {
  const warnings: string[] = [];
  let dropped = 0;
  const stream = createStockStream({
    cache: { peek: () => undefined, read: () => Promise.reject(new Error('nothing is looked up here')) },
    stockBefore: () => Promise.resolve(null),
    replay: () => Promise.resolve(null),
    metrics: { dropped: () => (dropped += 1) },
    logger: { warn: (_, message) => warnings.push(message) },
  });
  stream.flush(place(0));
  /** All products sell at one moment. */
  const sellAll = (): void => {
    for (let number = 0; number < productsMany; number++) {
      const fields = { stock: 10, reserved: 0, sold: 1, seq: 2, price: 1_000, lowStockThreshold: null };
      stream.note({ operation: 'insert', id: `product-${String(number)}`, token: place(number + 1), fields });
    }
    stream.flush(place(productsMany));
  };
  return { stream, sellAll, warnings, dropped: () => dropped };
};

/** A client whose connection takes all that waits at the end of each turn. */
const quickClient = () => {
  const world = { text: '', waiting: 0, waitingMax: 0, ended: 0 };
  return {
    world,
    send: (text: string): boolean => {
      world.text += text;
      world.waiting += text.length;
      world.waitingMax = Math.max(world.waitingMax, world.waiting);
      setImmediate(() => (world.waiting = 0));
      return true;
    },
    end: () => {
      world.ended++;
    },
  };
};

describe('stock stream', () => {
  it('when thousands of products sell at one moment, then all of it is told, and never much in one turn', async () => {
    const { stream, sellAll, warnings, dropped } = setUp();
    const client = quickClient();
    await stream.subscribe(client, undefined);
    sellAll();
    await waitFor(() => client.world.text.includes(`"product-${String(productsMany - 1)}"`));
    const told = new Set([...client.world.text.matchAll(/"id":"(product-\d+)"/g)].map(([, id]) => id));
    expect(told.size).toBe(productsMany);
    expect(client.world.waitingMax).toBeLessThan(64 * 1024);
    expect([client.world.ended, dropped(), warnings]).toEqual([0, 0, []]);
    stream.close();
  });

  it('when somebody comes back in the midst of it, then what they had missed and the rest leave nothing out', async () => {
    const { stream, sellAll } = setUp();
    const first = quickClient();
    await stream.subscribe(first, undefined);
    sellAll();
    await waitFor(() => first.world.text.includes('"product-500"'), { intervalMs: 0 });
    const second = quickClient();
    await stream.subscribe(second, place(401));
    await waitFor(() => second.world.text.includes(`"product-${String(productsMany - 1)}"`));
    const told = new Set([...second.world.text.matchAll(/"id":"product-(\d+)"/g)].map(([, id]) => Number(id)));
    expect([...told].sort((a, b) => a - b)).toEqual(
      Array.from({ length: productsMany - 401 }, (_, index) => index + 401),
    );
    stream.close();
  });
});
