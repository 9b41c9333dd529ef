import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { StockWrites } from '../../../../src/models/stock-state.js';
import type { Outcome, StockCommand } from '../../../../src/services/stock-engine/commands.js';
import { decide } from '../../../../src/services/stock-engine/decide.js';
import { naively } from '../../../helpers/naive-stock.js';
import { memoryStock, readMemory, writtenTo, type MemoryStock } from '../../../helpers/memory-stock.js';
import { seed } from '../../../helpers/seed.js';
import { anyCommands, anyState } from '../../../helpers/stock-arbitraries.js';
import { at, holdOf, productOf, purchaseOf, stateOf } from '../../../helpers/stock-commands.js';

/** What an outcome comes to, in the words of the naive model: a replay names the command that was answered first. */
const verdictOf = (outcome: Outcome): string => {
  if (!outcome.ok) return outcome.refusal.code;
  if (!outcome.replayed) return 'done';
  const { body } = outcome.answer;
  return `replay of ${body.startsWith('{') ? (JSON.parse(body) as { name: string }).name : body}`;
};

/** Everything that is written, without the ids of the events, which are new each time. */
const withoutEventIds = (writes: StockWrites | null) =>
  writes && { ...writes, events: writes.events.map((event) => ({ ...event, id: '' })) };

/** Counters by value: whoever has no counter has no units. */
const withUnits = (counters: readonly [string, number][]) =>
  Object.fromEntries(counters.filter(([, units]) => units !== 0));

const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (value instanceof Map) for (const each of value.values()) deepFreeze(each);
  else if (!(value instanceof Set) && !(value instanceof Date)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
};

const fill = (stock: MemoryStock, state: Parameters<typeof decide>[0]): MemoryStock => {
  for (const [id, { hash, answer }] of state.answers) {
    stock.commands.set(id, { _id: id, hash, ...answer, expiresAt: at });
  }
  for (const [id, line] of state.lines) stock.movements.set(id, line);
  for (const [id, units] of state.counters) stock.counters.set(id, units);
  for (const [id, hold] of state.holds) stock.holds.set(id, hold);
  for (const [id, order] of state.orders) stock.orders.set(id, order);
  for (const sku of state.takenSkus) stock.products.set(`of ${sku}`, productOf(`of ${sku}`, { sku }));
  return stock;
};

const queryAll = (stock: MemoryStock, commands: readonly StockCommand[]) =>
  readMemory(stock, {
    productIds: new Set(stock.products.keys()),
    wholeProducts: true,
    storedKeys: commands.flatMap(({ key }) => (key?.kind === 'stored' ? [key.id] : [])),
    lineKeys: commands.flatMap(({ key }) => (key?.kind === 'line' ? [key.id] : [])),
    skus: ['sku0', 'sku1', 'sku2', 'sku3'],
    buyers: commands.flatMap(({ lines, buyerId, actorId }) =>
      lines.flatMap((line): [string, string][] =>
        line.type === 'initial' ? [] : [[line.productId, buyerId ?? actorId]],
      ),
    ),
    holdIds: ['h0', 'h1', 'h2', 'h3'],
    orderIds: ['o0', 'o1', 'o2'],
    at,
  });

describe(`decide, for any state and commands (TEST_SEED=${String(seed)})`, () => {
  const isLong = process.env['LONG'] === '1';
  if (isLong) jest.setTimeout(600_000);
  const runs = { seed, numRuns: isLong ? 18_000 : 600 };

  it('when compared with the plainest way to keep stock, then every outcome and every number is the same', () => {
    fc.assert(
      fc.property(anyState, anyCommands(), (state, commands) => {
        const { outcomes, writes } = decide(state, commands, at);
        const naive = naively(state, commands, at);
        expect(outcomes.map(verdictOf)).toEqual(naive.verdicts);
        const after = new Map([...state.products, ...(writes?.created ?? []).map((made) => [made._id, made] as const)]);
        for (const write of writes?.products ?? []) {
          const product = after.get(write.productId);
          if (!product) throw new Error('A product was written that nobody knows.');
          after.set(product._id, {
            ...product,
            stock: product.stock + write.stockDelta,
            sold: product.sold + write.soldDelta,
            reserved: product.reserved + write.reservedDelta,
            seq: product.seq + write.seqDelta,
          });
        }
        for (const [id, { stock, sold, reserved, seq }] of Object.entries(naive.world.products)) {
          expect(after.get(id)).toMatchObject({ stock, sold, reserved, seq });
        }
        expect(after.size).toBe(Object.keys(naive.world.products).length);
        const counters = new Map([
          ...state.counters,
          ...(writes?.counters ?? []).map(({ _id, units }) => [_id, units] as const),
        ]);
        expect(withUnits([...counters])).toEqual(withUnits(Object.entries(naive.world.bought)));
        const holds = new Map([...state.holds, ...(writes?.holds ?? []).map((hold) => [hold._id, hold] as const)]);
        for (const { _id, status } of writes?.holdEnds ?? []) {
          holds.set(_id, { ...(holds.get(_id) ?? holdOf(_id)), status });
        }
        expect(Object.fromEntries([...holds].map(([id, { status }]) => [id, status]))).toEqual(
          Object.fromEntries(Object.entries(naive.world.holds).map(([id, { is }]) => [id, is])),
        );
        const orders = new Map(
          [...state.orders.values(), ...(writes?.orders ?? [])].map(({ _id, status }) => [_id, status]),
        );
        for (const id of writes?.orderReturns ?? []) orders.set(id, 'returned');
        expect(Object.fromEntries(orders)).toEqual(naive.world.orders);
      }),
      runs,
    );
  });

  it('when the ledger is replayed, then seq has no gap, each balance is right, and no unit appears or vanishes', () => {
    fc.assert(
      fc.property(anyState, anyCommands(), (state, commands) => {
        const { writes } = decide(state, commands, at);
        if (!writes) return;
        const running = new Map(
          [...state.products].map(([id, { stock, sold, reserved, seq }]) => [id, { stock, sold, reserved, seq }]),
        );
        for (const made of writes.created) running.set(made._id, { stock: 0, sold: 0, reserved: 0, seq: 0 });
        const received = new Map<string, number>();
        for (const line of writes.movements) {
          const product = running.get(line.productId);
          if (!product) throw new Error('A line of no product.');
          product.seq += 1;
          product.stock += line.delta;
          product.sold += line.soldDelta;
          product.reserved += line.reservedDelta;
          expect(line.seq).toBe(product.seq);
          expect(line.stockAfter).toBe(product.stock);
          expect(product.stock).toBeGreaterThanOrEqual(0);
          // Managers end at the bound; what has been taken before still goes back.
          if (line.type === 'adjustment') expect(product.stock).toBeLessThanOrEqual(1_000_000_000);
          expect(product.reserved).toBeGreaterThanOrEqual(0);
          const came = ['initial', 'adjustment', 'count'].includes(line.type) ? line.delta : 0;
          received.set(line.productId, (received.get(line.productId) ?? 0) + came);
        }
        expect(new Set(writes.movements.map(({ _id }) => _id)).size).toBe(writes.movements.length);
        for (const [id, now] of running) {
          const before = state.products.get(id) ?? { stock: 0, sold: 0, reserved: 0 };
          const grown = now.stock + now.sold + now.reserved - before.stock - before.sold - before.reserved;
          expect(grown).toBe(received.get(id) ?? 0);
        }
        for (const made of writes.created)
          expect(running.get(made._id)).toMatchObject({ stock: made.stock, seq: made.seq });
        for (const { productId, stockDelta, soldDelta, reservedDelta, seqDelta, ...condition } of writes.products) {
          const lines = writes.movements.filter((line) => line.productId === productId);
          const sum = (of: (line: (typeof lines)[number]) => number) =>
            lines.reduce((total, line) => total + of(line), 0);
          expect({ stockDelta, soldDelta, reservedDelta, seqDelta }).toEqual({
            stockDelta: sum((line) => line.delta),
            soldDelta: sum((line) => line.soldDelta),
            reservedDelta: sum((line) => line.reservedDelta),
            seqDelta: lines.length,
          });
          expect(condition).toMatchObject({
            seq: state.products.get(productId)?.seq,
            version: state.products.get(productId)?.version,
          });
        }
      }),
      runs,
    );
  });

  it('when a command is done, then it has exactly its lines; when it is not, then none', () => {
    fc.assert(
      fc.property(anyState, anyCommands(), (state, commands) => {
        const { outcomes, writes } = decide(state, commands, at);
        const expected = commands.flatMap(({ lines }, index) => {
          const outcome = outcomes[index];
          return outcome?.ok === true && !outcome.replayed
            ? lines.flatMap(({ id, type }) => (type === 'expire' ? [] : [id]))
            : [];
        });
        const expired = [...state.holds.values()]
          .filter(({ status, expiresAt }) => status === 'held' && expiresAt <= at)
          .map(({ releaseId }) => releaseId);
        expect((writes?.movements ?? []).map(({ _id }) => _id)).toEqual([...expired, ...expected]);
        expect(writes === null).toBe(expired.length + expected.length === 0);
        const kept = commands.flatMap(({ key, hash }, index) => {
          const outcome = outcomes[index];
          return key?.kind === 'stored' && outcome?.ok === true && !outcome.replayed
            ? [{ _id: key.id, hash, ...outcome.answer }]
            : [];
        });
        expect(
          (writes?.commands ?? []).map(({ _id, hash, status, body, location }) => ({
            _id,
            hash,
            status,
            body,
            location,
          })),
        ).toEqual(kept);
      }),
      runs,
    );
  });

  it('when a command that got nothing is left out, then everybody else is told the same and the same is written', () => {
    fc.assert(
      fc.property(anyState, anyCommands(20), (state, commands) => {
        const whole = decide(state, commands, at);
        const served = commands.map((_, index) => {
          const outcome = whole.outcomes[index];
          return outcome?.ok === true && !outcome.replayed;
        });
        const alone = decide(
          state,
          commands.filter((_, index) => served[index]),
          at,
        );
        expect(alone.outcomes).toEqual(whole.outcomes.filter((_, index) => served[index]));
        expect(withoutEventIds(alone.writes)).toEqual(withoutEventIds(whole.writes));
      }),
      runs,
    );
  });

  it('when a batch is cut in two anywhere, then what the first half wrote leads the second to the same end', () => {
    fc.assert(
      fc.property(anyState, anyCommands(20), fc.nat(20), (state, commands, cut) => {
        const stock = fill(memoryStock([...state.products.values()]), state);
        const inOne = decide(queryAll(stock, commands), commands, at);
        const first = decide(queryAll(stock, commands), commands.slice(0, cut), at);
        const between = first.writes ? writtenTo(stock, first.writes) : stock;
        const second = decide(queryAll(between, commands), commands.slice(cut), at);
        const end = second.writes ? writtenTo(between, second.writes) : between;
        const endInOne = inOne.writes ? writtenTo(stock, inOne.writes) : stock;
        const codes = [...first.outcomes, ...second.outcomes].map((outcome) => outcome.ok || outcome.refusal.code);
        expect(codes).toEqual(inOne.outcomes.map((outcome) => outcome.ok || outcome.refusal.code));
        const comparable = (world: MemoryStock) => ({ ...world, counters: withUnits([...world.counters]), outbox: 0 });
        expect(comparable(end)).toEqual(comparable(endInOne));
      }),
      runs,
    );
  });

  it('when it decides, then what it was given stays untouched, and a second time gives the same', () => {
    fc.assert(
      fc.property(anyState, anyCommands(), (state, commands) => {
        const before = structuredClone(state);
        deepFreeze(state);
        deepFreeze(commands);
        const once = decide(state, commands, at);
        const twice = decide(state, commands, at);
        expect(state).toEqual(before);
        expect(twice.outcomes).toEqual(once.outcomes);
        expect(withoutEventIds(twice.writes)).toEqual(withoutEventIds(once.writes));
      }),
      runs,
    );
  });

  it('when a key comes again with the same request, then the answer is the first one, byte for byte', () => {
    fc.assert(
      fc.property(anyState, anyCommands(), (state, commands) => {
        const { outcomes } = decide(state, commands, at);
        const firsts = new Map([...state.answers].map(([id, { answer }]) => [id, answer.body]));
        commands.forEach(({ key }, index) => {
          const outcome = outcomes[index];
          if (key?.kind !== 'stored' || outcome?.ok !== true) return;
          if (outcome.replayed) expect(outcome.answer.body).toBe(firsts.get(key.id));
          else expect(firsts.has(key.id)).toBe(false);
          firsts.set(key.id, outcome.answer.body);
        });
      }),
      runs,
    );
  });

  it('when buyers of single units come to a product, then the first are served, as many as there are units', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(60), (stock, buyers) => {
        const commands = Array.from({ length: buyers }, (_, index) => purchaseOf(`c${String(index)}`, 'p'));
        const { outcomes, writes } = decide(stateOf([productOf('p', { stock })]), commands, at);
        expect(outcomes.map(({ ok }) => ok)).toEqual(commands.map((_, index) => index < stock));
        expect(writes?.movements.length ?? 0).toBe(Math.min(stock, buyers));
      }),
      runs,
    );
  });

  it('when products have moved, then each has one event with its numbers after the batch', () => {
    fc.assert(
      fc.property(anyState, anyCommands(), (state, commands) => {
        const { writes } = decide(state, commands, at);
        if (!writes) return;
        expect(writes.events.map(({ productId }) => productId).sort()).toEqual(
          [...new Set(writes.movements.map(({ productId }) => productId))].sort(),
        );
        for (const event of writes.events) {
          const seqs = writes.movements.filter((line) => line.productId === event.productId).map(({ seq }) => seq);
          const last = writes.movements.findLast((line) => line.productId === event.productId);
          expect(event).toMatchObject({ firstSeq: seqs[0], seq: seqs.at(-1), stock: last?.stockAfter });
          expect(event.type).toBe(
            seqs[0] === 1 && !state.products.has(event.productId) ? 'product.created' : 'stock.changed',
          );
        }
      }),
      runs,
    );
  });
});
