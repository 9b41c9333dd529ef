import { jest } from '@jest/globals';
import {
  createProductClient,
  type CallOutcome,
  type ProductAnswer,
} from '../../../../src/services/orders/product-client.js';
import { AppError } from '../../../../src/utils/errors.js';
import { newId } from '../../../../src/utils/uuid.js';

const id = newId();
const product = { id, name: 'Kettle', price: 250, currency: 'USD', stock: 3 };
const found: ProductAnswer = { status: 200, headers: {}, body: JSON.stringify({ data: product }) };
const answered = (status: number, code: string, headers = {}): ProductAnswer => ({
  status,
  headers,
  body: JSON.stringify({ error: { code } }),
});

type Reply = ProductAnswer | Error;

const openMs = 1_000;

/** A product service that gives these answers, the last one for ever. */
const setUp = (...replies: [Reply, ...Reply[]]) => {
  const asked: { path: string; headers: Readonly<Record<string, string>> }[] = [];
  const calls: CallOutcome[] = [];
  const lines: object[] = [];
  let open = false;
  const client = createProductClient({
    http: {
      get: (path, headers) => {
        const reply = replies[Math.min(asked.length, replies.length - 1)];
        asked.push({ path, headers });
        return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply ?? found);
      },
    },
    logger: { info: (fields) => lines.push(fields), warn: (fields) => lines.push(fields) },
    metrics: {
      call: (outcome) => calls.push(outcome),
      retried: () => undefined,
      circuitOpen: (is) => {
        open = is;
      },
    },
    policy: { backoffMs: 1, backoffMsMax: 2, openMs },
  });
  const find = () => client.find(id, { authorization: 'Bearer t', requestId: 'r1' });
  /** What it ends with: a product, or the error's code and headers. */
  const ends = (): Promise<unknown> =>
    find().catch((error: unknown) => (error instanceof AppError ? [error.code, error.headers] : error));
  return { find, ends, asked, calls, lines, isOpen: () => open };
};

describe('product client', () => {
  afterEach(() => jest.useRealTimers());

  it('when the product is there, then it brings what an order needs, for the caller and under their request id', async () => {
    const { find, asked, lines } = setUp(found);

    expect(await find()).toEqual({ id, name: 'Kettle', price: 250, currency: 'USD' });

    expect(asked).toEqual([
      { path: `/api/v1/products/${id}`, headers: { authorization: 'Bearer t', 'x-request-id': 'r1' } },
    ]);
    expect(lines).toMatchObject([
      { requestId: 'r1', productId: id, outcome: 'found', durationMs: expect.any(Number) as number },
    ]);
  });

  it('when there is no such product, then it says so at the first try', async () => {
    const { find, calls } = setUp(answered(404, 'NOT_FOUND'));

    expect(await find()).toBeNull();
    expect(calls).toEqual(['missing']);
  });

  it.each([
    ['the token is expired', answered(401, 'TOKEN_EXPIRED'), ['TOKEN_EXPIRED', {}]],
    ['the account is disabled', answered(401, 'UNAUTHENTICATED'), ['UNAUTHENTICATED', {}]],
    ['the role does not do', answered(403, 'FORBIDDEN'), ['FORBIDDEN', {}]],
    ['somebody in between refuses', { status: 403, headers: {}, body: '<html>' }, ['FORBIDDEN', {}]],
    [
      'there were too many',
      answered(429, 'RATE_LIMITED', { 'retry-after': '7' }),
      ['RATE_LIMITED', { 'Retry-After': '7' }],
    ],
  ])('when %s, then the caller is refused with the same, at the first try', async (_why, answer, end) => {
    const { ends, calls } = setUp(answer);

    expect(await ends()).toEqual(end);
    expect(calls).toEqual(['refused']);
  });

  it.each<[string, Reply]>([
    ['cannot be reached', new Error('ECONNREFUSED')],
    ['answers 503', answered(503, 'UNAVAILABLE')],
    ['answers with something else', { status: 200, headers: {}, body: '<html>' }],
  ])('when the service %s, then it is asked three times, and the caller told to come again', async (_how, reply) => {
    const { ends, calls } = setUp(reply);

    expect(await ends()).toEqual(['UNAVAILABLE', { 'Retry-After': '1' }]);
    expect(calls).toEqual(['failed', 'failed', 'failed']);
  });

  it('when a second try is answered, then nobody hears of the first', async () => {
    const { find, calls } = setUp(new Error('reset'), found);

    expect(await find()).toMatchObject({ id });
    expect(calls).toEqual(['failed', 'found']);
  });

  it('when it fails five times in a row, then it is left alone for a while, and tried again after it', async () => {
    jest.useFakeTimers();
    const down = new Error('ECONNREFUSED');
    const { ends, asked, calls, isOpen } = setUp(down, down, down, down, down, found);
    /** With its pauses, which are of a few milliseconds. */
    const ended = async (): Promise<unknown> => {
      const end = ends();
      await jest.advanceTimersByTimeAsync(10);
      return end;
    };
    await ended();
    await ended();
    const opened = { tries: asked.length, open: isOpen() };

    const early = await ended();
    const tries = asked.length;
    await jest.advanceTimersByTimeAsync(openMs);
    const late = await ended();

    expect(opened).toEqual({ tries: 5, open: true });
    expect([early, tries]).toEqual([['UNAVAILABLE', { 'Retry-After': '1' }], 5]);
    expect(calls).toContain('not_tried');
    expect([late, isOpen()]).toEqual([expect.objectContaining({ id }), false]);
  });

  it('when the clock is set back while it is left alone, then it is tried again all the same', async () => {
    jest.useFakeTimers();
    const down = new Error('ECONNREFUSED');
    const { ends, isOpen } = setUp(down, down, down, down, down, found);
    const ended = async (): Promise<unknown> => {
      const end = ends();
      await jest.advanceTimersByTimeAsync(10);
      return end;
    };
    await ended();
    await ended();

    jest.setSystemTime(Date.now() - 300_000);
    await jest.advanceTimersByTimeAsync(openMs);

    expect([await ended(), isOpen()]).toEqual([expect.objectContaining({ id }), false]);
  });
});
