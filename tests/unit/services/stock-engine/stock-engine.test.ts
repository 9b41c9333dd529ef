import { jest } from '@jest/globals';
import type { Outcome } from '../../../../src/services/stock-engine/commands.js';
import type { Lane } from '../../../../src/services/stock-engine/lane.js';
import type { Pending } from '../../../../src/services/stock-engine/queue.js';
import { createStockEngine, type StockEngine } from '../../../../src/services/stock-engine/stock-engine.js';
import { AppError } from '../../../../src/utils/errors.js';
import { adjustmentLine, commandOf, purchaseOf } from '../../../helpers/stock-commands.js';

const done: Outcome = { ok: true, answer: { status: 201, body: 'bought', location: '/l' }, replayed: false };
const flush = () => jest.advanceTimersByTimeAsync(0);

/** A lane whose batches stay on their way until the test lands them. */
const createHeldLane = () => {
  const batches: (readonly Pending[])[] = [];
  const landings: (() => void)[] = [];
  const lane: Lane = {
    run: (batch) => {
      batches.push(batch);
      return new Promise((resolve) => landings.push(resolve));
    },
    delivered: () => Promise.resolve(),
  };
  /** Answers the oldest batch on its way. */
  const land = async (outcome: Outcome = done) => {
    const landing = landings.shift();
    for (const pending of batches[batches.length - landings.length - 1] ?? []) pending.settle(outcome);
    landing?.();
    await flush();
  };
  const named = () => batches.map((batch) => batch.map(({ command }) => command.retryKey.replace('retry-', '')));
  return { lane, land, named };
};

const setUp = (queueMax = 100) => {
  const held = createHeldLane();
  const outcomes: string[] = [];
  const engine = createStockEngine({
    lane: held.lane,
    queueMax,
    metrics: { outcome: (kind, outcome) => outcomes.push(`${kind} ${outcome}`) },
  });
  return { ...held, engine, outcomes };
};

/** What a submit has come to by now. */
const submit = (engine: StockEngine, name: string, productId = 'p') => {
  const seen: { settled?: unknown; error?: AppError } = {};
  engine.submit(purchaseOf(name, productId)).then(
    (settled) => (seen.settled = settled),
    (error: unknown) => (seen.error = error as AppError),
  );
  return seen;
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
});
afterEach(() => jest.useRealTimers());

describe('stock engine', () => {
  it('when commands come in the same turn of the loop, then they go as one batch, with no timer', async () => {
    const { engine, named, land } = setUp();
    const all = ['a', 'b', 'c'].map((name) => submit(engine, name));
    await flush();
    expect(named()).toEqual([['a', 'b', 'c']]);
    await land();
    expect(all.map(({ settled }) => settled)).toEqual(
      all.map(() => ({ status: 201, body: 'bought', location: '/l', replayed: false })),
    );
    expect(jest.getTimerCount()).toBe(0);
  });

  it('when a batch is on its way, then the next gathers, and only one is on its way at a time', async () => {
    const { engine, named, land } = setUp();
    submit(engine, 'a');
    await flush();
    submit(engine, 'b');
    await flush();
    submit(engine, 'c');
    await flush();
    expect(named()).toEqual([['a']]);
    await land();
    expect(named()).toEqual([['a'], ['b', 'c']]);
  });

  it('when more than 500 wait, then a batch has 500', async () => {
    const { engine, named } = setUp(10_000);
    for (let index = 0; index < 700; index++) submit(engine, String(index));
    await flush();
    expect(named().map(({ length }) => length)).toEqual([500]);
    expect(engine.waiting().size).toBe(200);
  });

  it('when commands have a thousand lines each, then a batch has five of them', async () => {
    const { engine, named } = setUp();
    for (let index = 0; index < 8; index++) {
      const lines = Array.from({ length: 1_000 }, (_, line) => adjustmentLine(String(line), 'p', 1));
      engine.submit(commandOf(String(index), lines, { kind: 'batch' })).catch(() => undefined);
    }
    await flush();
    expect(named().map(({ length }) => length)).toEqual([5]);
  });

  it('when a command is refused, then its caller gets the error of that code with the details', async () => {
    const { engine, land, outcomes } = setUp();
    const seen = submit(engine, 'a');
    await flush();
    await land({ ok: false, refusal: { code: 'INSUFFICIENT_STOCK', details: { requested: 1, available: 0 } } });
    expect(seen.error).toBeInstanceOf(AppError);
    expect(seen.error).toMatchObject({
      code: 'INSUFFICIENT_STOCK',
      status: 409,
      details: { requested: 1, available: 0 },
    });
    expect(outcomes).toEqual(['purchase INSUFFICIENT_STOCK']);
  });

  it('when an answer is a repeat, then it says so, and is counted as one', async () => {
    const { engine, land, outcomes } = setUp();
    const seen = submit(engine, 'a');
    await flush();
    await land({ ...done, replayed: true });
    expect(seen.settled).toMatchObject({ replayed: true });
    expect(outcomes).toEqual(['purchase replayed']);
  });

  it('when the queue has been empty for a while, then the next command starts it anew', async () => {
    const { engine, named, land } = setUp();
    submit(engine, 'a');
    await flush();
    await land();
    await jest.advanceTimersByTimeAsync(10_000);
    const seen = submit(engine, 'b');
    await flush();
    await land();
    expect(named()).toEqual([['a'], ['b']]);
    expect(seen.settled).toBeDefined();
  });
});

describe('stock engine under back-pressure', () => {
  it('when the queue is full, then the next is turned away at once, and is let in when there is room', async () => {
    const { engine, land, outcomes } = setUp(2);
    submit(engine, 'flying');
    await flush();
    const waiting = [submit(engine, 'a'), submit(engine, 'b')];
    const away = submit(engine, 'c');
    await flush();
    expect(away.error).toMatchObject({ code: 'UNAVAILABLE', status: 503, headers: { 'Retry-After': '1' } });
    expect(away.error?.headers).not.toHaveProperty('Idempotency-Key');
    expect(outcomes).toEqual(['purchase UNAVAILABLE']);
    await land();
    const welcome = submit(engine, 'd');
    await flush();
    await land();
    await land();
    expect([...waiting, welcome].every(({ settled }) => settled !== undefined)).toBe(true);
  });

  it('when the batch on its way has been so for over 3 s, then who comes is turned away at once; until then he waits', async () => {
    const { engine } = setUp();
    submit(engine, 'flying');
    await flush();
    await jest.advanceTimersByTimeAsync(3_000);
    const early = submit(engine, 'a');
    await jest.advanceTimersByTimeAsync(1);
    const late = submit(engine, 'b');
    await flush();
    expect(early.error).toBeUndefined();
    expect(late.error).toMatchObject({ code: 'UNAVAILABLE', headers: { 'Retry-After': '1' } });
  });

  it('when somebody has waited for 3 s without being taken, then he is turned away, and the younger ones stay', async () => {
    const { engine } = setUp();
    submit(engine, 'flying');
    await flush();
    const old = submit(engine, 'a');
    await jest.advanceTimersByTimeAsync(1_500);
    const young = submit(engine, 'b');
    await jest.advanceTimersByTimeAsync(1_700);
    expect(old.error).toMatchObject({ code: 'UNAVAILABLE', headers: { 'Retry-After': '1' } });
    expect(old.error?.headers).not.toHaveProperty('Idempotency-Key');
    expect(young).toEqual({});
    expect(engine.waiting()).toMatchObject({ size: 1 });
    expect(engine.waiting().ageMs).toBeGreaterThanOrEqual(1_700);
  });

  it('when an outcome is not known after 5 s, then it is 503 with the key that resolves it, and what comes later changes nothing', async () => {
    const { engine, land, outcomes } = setUp();
    const seen = submit(engine, 'a');
    await jest.advanceTimersByTimeAsync(4_900);
    expect(seen).toEqual({});
    await jest.advanceTimersByTimeAsync(300);
    expect(seen.error).toMatchObject({
      code: 'UNAVAILABLE',
      headers: { 'Retry-After': '1', 'Idempotency-Key': 'retry-a' },
    });
    await land();
    expect(seen.settled).toBeUndefined();
    expect(outcomes).toEqual(['purchase UNAVAILABLE']);
  });

  it('when the batch has been answered while the loop was held up, then nobody is given up', async () => {
    const { engine, land } = setUp();
    submit(engine, 'first');
    await jest.advanceTimersByTimeAsync(50);
    const seen = submit(engine, 'a');
    await land();
    await jest.advanceTimersByTimeAsync(5_040);
    // The sweep is due and the answer is in already: timers come before replies in a loop that was held up.
    jest.advanceTimersToNextTimer();
    await land();
    await jest.advanceTimersByTimeAsync(200);
    expect(seen.settled).toBeDefined();
  });

  it('when nobody waits, then it says so', () => {
    expect(setUp().engine.waiting()).toEqual({ size: 0, ageMs: 0 });
  });
});

describe('stock engine, closing', () => {
  it('when it closes, then what is on its way and what waits is finished, and who comes after is turned away', async () => {
    const { engine, land } = setUp();
    const flying = submit(engine, 'a');
    await flush();
    const waiting = submit(engine, 'b');
    let closed = false;
    void engine.close().then(() => (closed = true));
    const after = submit(engine, 'c');
    await flush();
    expect(after.error).toMatchObject({ code: 'UNAVAILABLE' });
    await land();
    expect(closed).toBe(false);
    await land();
    expect(closed).toBe(true);
    expect([flying.settled, waiting.settled].every((settled) => settled !== undefined)).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('when nothing is on its way, then it closes at once, twice too', async () => {
    const { engine } = setUp();
    await engine.close();
    await engine.close();
    const after = submit(engine, 'a');
    await flush();
    expect(after.error).toMatchObject({ code: 'UNAVAILABLE' });
  });
});
