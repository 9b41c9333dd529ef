import fc from 'fast-check';
import type { StockCommand } from '../../../../src/services/stock-engine/commands.js';
import { createQueue, type Pending } from '../../../../src/services/stock-engine/queue.js';
import { seed } from '../../../helpers/seed.js';
import { adjustmentLine, commandOf, productOf, purchaseOf } from '../../../helpers/stock-commands.js';

const linesMax = 5_000;

const waiting = (command: StockCommand, sinceMs: number): Pending => ({
  command,
  sinceMs,
  settled: false,
  settle: () => undefined,
  fail: () => undefined,
});

const named = (batch: readonly Pending[]) => batch.map(({ command }) => command.retryKey.replace('retry-', ''));

/** A queue into which buyers have come one after the other, each for the product that is its first letter. */
const queueOf = (...names: string[]) => {
  const queue = createQueue();
  names.forEach((name, index) => queue.push(waiting(purchaseOf(name, name.slice(0, 1)), index)));
  return queue;
};

const batchOfLines = (name: string, productId: string, lines: number) =>
  commandOf(
    name,
    Array.from({ length: lines }, (_, index) => adjustmentLine(`${name}.${String(index)}`, productId, 1)),
    { kind: 'batch' },
  );

describe('queue, all in one batch', () => {
  it('when all fit, then they go in the order they came, whatever their products', () => {
    const queue = queueOf('a1', 'b1', 'a2', 'c1', 'b2');
    expect(named(queue.take(5, linesMax))).toEqual(['a1', 'b1', 'a2', 'c1', 'b2']);
    expect(queue.size()).toBe(0);
    expect(queue.take(5, linesMax)).toEqual([]);
  });

  it('when buyers of a product came in the same instant, then their order holds', () => {
    const queue = createQueue();
    ['a1', 'b1', 'a2', 'a3'].forEach((name) => queue.push(waiting(purchaseOf(name, name.slice(0, 1)), 7)));
    expect(named(queue.take(9, linesMax)).filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  });

  it('when a product is made, then it waits in its own row', () => {
    const queue = createQueue();
    const creation = commandOf('n1', [{ type: 'initial', id: 'n1', product: productOf('n') }], { kind: 'create' });
    queue.push(waiting(creation, 0));
    ['n2', 'x1', 'x2'].forEach((name, index) => queue.push(waiting(purchaseOf(name, name.slice(0, 1)), index + 1)));
    expect(named(queue.take(2, linesMax))).toEqual(['n1', 'x1']);
    expect(named(queue.take(2, linesMax))).toEqual(['n2', 'x2']);
  });
});

describe('queue, past one batch', () => {
  it('when one product is rushed, then the others take turns with it', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'c1', 'b2');
    expect(named(queue.take(4, linesMax))).toEqual(['a1', 'b1', 'c1', 'a2']);
    expect(queue.size()).toBe(4);
    expect(named(queue.take(4, linesMax))).toEqual(['a3', 'a4', 'a5', 'b2']);
  });

  it('when there are more products than places, then those left over come first the next time', () => {
    const queue = queueOf('a1', 'b1', 'c1', 'd1', 'a2', 'b2', 'c2', 'd2');
    expect(named(queue.take(3, linesMax))).toEqual(['a1', 'b1', 'c1']);
    expect(named(queue.take(3, linesMax))).toEqual(['d1', 'a2', 'b2']);
    expect(named(queue.take(3, linesMax))).toEqual(['c2', 'd2']);
  });

  it('when commands have many lines, then a batch is full at so many lines, with at least one command in it', () => {
    const queue = createQueue();
    ['a', 'b', 'c'].forEach((name, index) => queue.push(waiting(batchOfLines(name, name, 400), index)));
    expect(named(queue.take(500, 700))).toEqual(['a', 'b']);
    expect(queue.size()).toBe(1);
    expect(named(queue.take(500, 100))).toEqual(['c']);
    expect(queue.size()).toBe(0);
  });

  it(`when any crowd is taken in any sizes, then each is taken once, in order within its product (TEST_SEED=${String(seed)})`, () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 4 })) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
      { weight: 1, arbitrary: fc.constant('late' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = createQueue();
        const came: string[] = [];
        const went: string[] = [];
        steps.forEach((each, nowMs) => {
          if (each === 'late') {
            const late = queue.takeOlderThan(nowMs - 10);
            expect(late.every(({ sinceMs }) => sinceMs < nowMs - 10)).toBe(true);
            went.push(...named(late));
          } else if (typeof each === 'number') {
            const wasThere = queue.size();
            const batch = queue.take(each, 8);
            expect(batch.length).toBeLessThanOrEqual(each);
            expect(batch.length > 0).toBe(wasThere > 0);
            const lines = batch.reduce((sum, { command }) => sum + command.lines.length, 0);
            expect(lines - (batch.at(-1)?.command.lines.length ?? 0)).toBeLessThan(8);
            went.push(...named(batch));
          } else {
            const [productId, lines] = each;
            const name = productId + String(nowMs);
            queue.push(waiting(batchOfLines(name, productId, lines), nowMs));
            came.push(name);
          }
          expect(queue.size()).toBe(came.length - went.length);
          const left = came.filter((name) => !went.includes(name)).map((name) => Number(name.slice(1)));
          expect(queue.oldestSinceMs()).toBe(left.length === 0 ? null : Math.min(...left));
        });
        went.push(...named(queue.take(1_000, 1_000)));
        expect([...went].sort()).toEqual([...came].sort());
        for (const productId of ['a', 'b', 'c', 'd']) {
          const of = (names: string[]) => names.filter((name) => name.startsWith(productId));
          expect(of(went)).toEqual(of(came));
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe('queue, those who have waited too long', () => {
  it('when some came before a moment, then they alone are taken out, and the rest keeps its order', () => {
    const queue = queueOf('a1', 'b1', 'a2', 'b2', 'a3');
    expect(named(queue.takeOlderThan(2)).sort()).toEqual(['a1', 'b1']);
    expect(queue.size()).toBe(3);
    expect(queue.oldestSinceMs()).toBe(2);
    expect(named(queue.take(9, linesMax))).toEqual(['a2', 'b2', 'a3']);
  });

  it('when nobody has, then nobody is taken out', () => {
    const queue = queueOf('a1', 'b1');
    expect(queue.takeOlderThan(0)).toEqual([]);
    expect(queue.size()).toBe(2);
  });

  it('when nobody waits, then there is no oldest', () => {
    expect(createQueue().oldestSinceMs()).toBeNull();
  });
});
