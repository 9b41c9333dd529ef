import { jest } from '@jest/globals';
import { createHoldSweep } from '../../../src/services/hold-sweep.service.js';
import { AppError } from '../../../src/utils/errors.js';
import { at } from '../../helpers/stock-commands.js';

/** @param finds what the looks find, one after the other; an error is thrown */
const setUp = (
  finds: readonly (readonly string[] | Error)[],
  submit: () => Promise<unknown> = () => Promise.resolve(),
) => {
  const looks: [Date, number][] = [];
  const submitted: unknown[] = [];
  const warnings: string[] = [];
  const sweep = createHoldSweep({
    holds: {
      expired: (until, limit) => {
        const found = finds[looks.length] ?? [];
        looks.push([until, limit]);
        return found instanceof Error ? Promise.reject(found) : Promise.resolve([...found]);
      },
    },
    engine: {
      submit: async (command) => {
        submitted.push(command.lines);
        await submit();
        return { status: 204, body: '', location: null, replayed: false };
      },
    },
    logger: { warn: (_, message) => warnings.push(message) },
    now: () => at,
  });
  return { sweep, looks, submitted, warnings };
};
const full = Array.from({ length: 1_000 }, () => 'p');

describe('hold sweep', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('when half a second has passed, then the engine looks at each product with expired holds once', async () => {
    const { sweep, looks, submitted } = setUp([['p', 'q', 'p']]);
    sweep.start();
    await jest.advanceTimersByTimeAsync(499);
    expect(looks).toEqual([]);

    await jest.advanceTimersByTimeAsync(1);

    expect(looks).toEqual([[at, 1_000]]);
    expect(submitted).toMatchObject([[{ type: 'expire', productId: 'p' }], [{ type: 'expire', productId: 'q' }]]);
    await sweep.stop();
  });

  it('when there is more than one look finds, then it looks again at once, but not for ever', async () => {
    const { sweep, looks } = setUp(Array.from({ length: 200 }, () => full));
    sweep.start();

    await jest.advanceTimersByTimeAsync(500);

    expect(looks).toHaveLength(50);
    await sweep.stop();
  });

  it('when a sweep is on its way, then the next does not join it, and stopping waits for it', async () => {
    let finish = (): void => undefined;
    const { sweep, looks } = setUp([['p'], ['p']], () => new Promise<void>((resolve) => (finish = resolve)));
    sweep.start();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(looks).toHaveLength(1);
    let stopped = false;
    const stopping = sweep.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);

    finish();
    await stopping;

    expect(stopped).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('when the database is away, then it is said and the next sweep goes on; a full queue is known from elsewhere', async () => {
    const submit = jest.fn<() => Promise<unknown>>().mockRejectedValueOnce(new AppError('UNAVAILABLE'));
    const { sweep, looks, warnings } = setUp([new Error('away'), ['p'], ['p']], submit);
    sweep.start();

    await jest.advanceTimersByTimeAsync(1_500);

    expect(looks).toHaveLength(3);
    expect(warnings).toEqual(['looking for expired reservations failed']);
    await sweep.stop();
  });
});
