import { jest } from '@jest/globals';
import type { ProductDocument } from '../../../../src/models/product.model.js';
import { StockFault } from '../../../../src/models/stock-faults.js';
import type { StockWrites } from '../../../../src/models/stock-state.js';
import type { StockCommand } from '../../../../src/services/stock-engine/commands.js';
import { createLane, type LaneDependencies } from '../../../../src/services/stock-engine/lane.js';
import { createFakeStockStore, type StockScript } from '../../../helpers/fake-stock-store.js';
import { duplicateKey, memoryStock, writtenTo, type MemoryStock } from '../../../helpers/memory-stock.js';
import { at, productOf, purchaseOf } from '../../../helpers/stock-commands.js';
import { waitingFor, type Waiting } from '../../../helpers/waiting.js';

const networkError = () => Object.assign(new Error('connection 7 closed'), { name: 'MongoNetworkError' });
const conflict = () => Object.assign(new Error('WriteConflict'), { name: 'MongoServerError', code: 112 });
const done = { ok: true, replayed: false };
const soldOut = { ok: false, refusal: { code: 'INSUFFICIENT_STOCK' } };
const internal = { name: 'AppError', code: 'INTERNAL' };

const setUp = (
  products: readonly ProductDocument[],
  script: StockScript = {},
  more: Partial<LaneDependencies> = {},
) => {
  const store = createFakeStockStore(memoryStock(products), script);
  const retries: string[] = [];
  const errors: string[] = [];
  const afterCommit: StockWrites[] = [];
  let clock = at.getTime();
  const lane = createLane({
    store,
    endOrphans: () => Promise.resolve(),
    afterCommit: (writes) => {
      afterCommit.push(writes);
      return Promise.resolve();
    },
    metrics: { batch: () => undefined, commitMs: () => undefined, retry: (reason) => retries.push(reason) },
    logger: { error: (_, message) => errors.push(message) },
    // A clock that never shows the same time twice, as tries are milliseconds apart.
    now: () => new Date(clock++),
    isAlone: () => true,
    random: () => 0,
    ...more,
  });
  const run = async (commands: readonly StockCommand[]): Promise<Waiting[]> => {
    const batch = commands.map(waitingFor);
    await lane.run(batch.map(({ pending }) => pending));
    await lane.delivered();
    return batch;
  };
  return { store, lane, run, retries, errors, afterCommit };
};

const buyers = (count: number) => Array.from({ length: count }, (_, index) => purchaseOf(`c${String(index)}`, 'p'));
const stockOf = ({ world }: ReturnType<typeof createFakeStockStore>, id = 'p') => world.stock.products.get(id)?.stock;
/** Another process sells `quantity` units. */
const soldElsewhere = (stock: MemoryStock, quantity: number, id = 'p'): MemoryStock => {
  const product = stock.products.get(id);
  if (!product) return stock;
  const moved = { ...product, stock: product.stock - quantity, sold: product.sold + quantity, seq: product.seq + 1 };
  return { ...stock, products: new Map(stock.products).set(id, moved) };
};

afterEach(() => jest.restoreAllMocks());

describe('lane', () => {
  it('when a batch goes through, then each is told once, after the follow-up, and the transaction is given back', async () => {
    const seen: number[] = [];
    const batch = buyers(3).map(waitingFor);
    const { lane, store } = setUp(
      [productOf('p', { stock: 2 })],
      {},
      {
        afterCommit: () => {
          seen.push(batch.filter(({ told }) => told.length > 0).length);
          return Promise.resolve();
        },
      },
    );
    await lane.run(batch.map(({ pending }) => pending));
    await lane.delivered();
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [done], [soldOut]]);
    expect(seen).toEqual([0]);
    expect(stockOf(store)).toBe(0);
    expect(store.counts).toMatchObject({ read: 1, write: 1, commit: 1, end: 1, landed: 0 });
  });

  it('when nobody gets anything, then there is no transaction and no follow-up', async () => {
    const { run, store, afterCommit } = setUp([productOf('p', { stock: 0 })]);
    const batch = await run(buyers(100));
    expect(batch.every(({ told }) => told.length === 1)).toBe(true);
    expect(store.counts).toMatchObject({ read: 1, write: 0, commit: 0 });
    expect(afterCommit).toEqual([]);
  });

  it('when the follow-up takes long, then the lane is free, and nobody is told before its end', async () => {
    let followUpEnds = (): void => undefined;
    const afterCommit = () => new Promise<void>((resolve) => (followUpEnds = resolve));
    const { lane, store } = setUp([productOf('p', { stock: 5 })], {}, { afterCommit });
    const first = waitingFor(purchaseOf('a', 'p'));
    await lane.run([first.pending]);
    const endsFirst = followUpEnds;
    const second = waitingFor(purchaseOf('b', 'p'));
    await lane.run([second.pending]);
    expect(stockOf(store)).toBe(3);
    expect([first.told, second.told]).toEqual([[], []]);
    endsFirst();
    followUpEnds();
    await lane.delivered();
    expect([first.told, second.told]).toMatchObject([[done], [done]]);
  });

  it.each([
    ['is rejected', () => Promise.reject(networkError())],
    [
      'throws at once',
      () => {
        throw networkError();
      },
    ],
  ])(
    'when the follow-up %s, then the answers stand, the batch does not run again, and it is logged',
    async (_, afterCommit) => {
      const { run, store, errors } = setUp([productOf('p', { stock: 5 })], {}, { afterCommit });
      const batch = await run(buyers(2));
      expect(batch.map(({ told }) => told)).toMatchObject([[done], [done]]);
      expect(store.counts.commit).toBe(1);
      expect(stockOf(store)).toBe(3);
      expect(errors).toHaveLength(1);
    },
  );
});

describe('lane in conflict', () => {
  it('when another process was first, then the batch is decided again from what is left', async () => {
    const { run, store, retries } = setUp([productOf('p', { stock: 3 })], {
      onWrite: (time) => {
        if (time === 0) store.world.stock = soldElsewhere(store.world.stock, 2);
      },
    });
    const batch = await run(buyers(2));
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [soldOut]]);
    expect(retries).toEqual(['conflict']);
    expect(stockOf(store)).toBe(0);
  });

  it('when conflicts last past 400 ms, then transactions of dead processes are looked for, and not before', async () => {
    const looks: number[] = [];
    let ms = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => ms);
    const { run, retries } = setUp(
      [productOf('p')],
      {
        onWrite: (time) => {
          ms = time * 100;
          if (time < 8) throw conflict();
        },
      },
      {
        endOrphans: () => {
          looks.push(ms);
          return Promise.resolve();
        },
      },
    );
    const [only] = await run(buyers(1));
    expect(only?.told).toMatchObject([done]);
    expect(looks).toEqual([500, 600, 700]);
    expect(retries).toHaveLength(8);
  });

  it('when something else comes between, then the conflict counts from its beginning again', async () => {
    let ms = 0;
    let looks = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => ms);
    const { run } = setUp(
      [productOf('p')],
      {
        onWrite: (time) => {
          ms = time * 200;
          if (time === 2) throw networkError();
          if (time < 5) throw conflict();
        },
      },
      {
        endOrphans: () => {
          looks++;
          return Promise.resolve();
        },
      },
    );
    await run(buyers(1));
    expect(looks).toBe(0);
  });

  it('when the look for them fails, then the batch goes on', async () => {
    let ms = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (ms += 300));
    const { run, errors } = setUp(
      [productOf('p')],
      {
        onWrite: (time) => {
          if (time < 4) throw conflict();
        },
      },
      { endOrphans: () => Promise.reject(new Error('not authorized on admin to execute $currentOp')) },
    );
    const [only] = await run(buyers(1));
    expect(only?.told).toMatchObject([done]);
    expect(errors.length).toBeGreaterThan(0);
  });
});

describe('lane and the indexes', () => {
  const key = { kind: 'stored', id: 'buyer:k' } as const;
  const answeredElsewhere = (stock: MemoryStock): MemoryStock => ({
    ...stock,
    commands: new Map(stock.commands).set('buyer:k', {
      _id: 'buyer:k',
      hash: 'hash',
      status: 201,
      body: 'of another process',
      location: null,
      expiresAt: at,
    }),
  });
  const replay = { ok: true, replayed: true, answer: { body: 'of another process' } };

  it('when another process answers a key meanwhile, then that answer is replayed and the rest of the batch runs', async () => {
    const { run, store, retries } = setUp([productOf('p', { stock: 5 })], {
      onWrite: (time) => {
        if (time === 0) store.world.stock = answeredElsewhere(store.world.stock);
      },
    });
    const batch = await run([purchaseOf('a', 'p', 1, { key }), purchaseOf('b', 'p')]);
    expect(batch.map(({ told }) => told)).toMatchObject([[replay], [done]]);
    expect(retries).toEqual(['duplicate']);
    expect(stockOf(store)).toBe(4);
  });

  it('when a refused command has a key that nobody answered, then one read is enough', async () => {
    const { run, store } = setUp([productOf('p', { stock: 0 })]);
    const [only] = await run([purchaseOf('a', 'p', 1, { key })]);
    expect(only?.told).toMatchObject([soldOut]);
    expect(store.counts).toMatchObject({ read: 1, write: 0 });
  });

  it('when an index refuses one command for good, then it alone fails, and every other one is served', async () => {
    const { run, store } = setUp([productOf('p', { stock: 50 })], {
      onWrite: (_, { movements }) => {
        if (movements.some(({ _id }) => _id === 'c2')) throw duplicateKey({ _id: 1 });
      },
    });
    const batch = await run(buyers(5));
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [done], [internal], [done], [done]]);
    expect(stockOf(store)).toBe(46);
  });

  it('when the ledger has a line of this seq already, then it is final at the first try', async () => {
    const { run, retries } = setUp([productOf('p')], {
      onWrite: () => {
        throw duplicateKey({ productId: 1, seq: 1 });
      },
    });
    const [only] = await run(buyers(1));
    expect(only?.told).toMatchObject([internal]);
    expect(retries).toEqual([]);
  });
});

describe('lane while the database is away', () => {
  it('when a read or a write meets a fault that passes, then the batch is tried again', async () => {
    const { run, store, retries } = setUp([productOf('p', { stock: 1 })], {
      onRead: (time) => {
        if (time === 0) throw networkError();
      },
      onWrite: (time) => {
        if (time === 0) throw Object.assign(new Error('stepped down'), { name: 'MongoServerError', code: 189 });
      },
    });
    const batch = await run(buyers(2));
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [soldOut]]);
    expect(retries).toEqual(['transient', 'transient']);
    expect(store.counts.end).toBe(2);
  });

  it('when nobody waits any more, then the tries end', async () => {
    const batch = buyers(2).map(waitingFor);
    const { lane, store } = setUp([productOf('p')], {
      onRead: (time) => {
        if (time === 5) for (const { pending } of batch) pending.fail(new Error('too late'));
        throw networkError();
      },
    });
    await lane.run(batch.map(({ pending }) => pending));
    expect(store.counts.read).toBe(6);
    expect(batch.map(({ told }) => told.length)).toEqual([1, 1]);
  });

  it('when one of them waits no more, then the next try is without it', async () => {
    const batch = buyers(2).map(waitingFor);
    const { lane, store } = setUp([productOf('p', { stock: 5 })], {
      onWrite: (time) => {
        if (time > 0) return;
        batch[0]?.pending.fail(new Error('too late'));
        throw networkError();
      },
    });
    await lane.run(batch.map(({ pending }) => pending));
    expect(store.written.at(-1)?.movements.map(({ _id }) => _id)).toEqual(['c1']);
    expect(stockOf(store)).toBe(4);
  });

  it('when all have given up before the batch begins, then nothing is read', async () => {
    const batch = buyers(2).map(waitingFor);
    for (const { pending } of batch) pending.fail(new Error('too late'));
    const { lane, store } = setUp([productOf('p')]);
    await lane.run(batch.map(({ pending }) => pending));
    expect(store.counts.read).toBe(0);
  });
});

describe('lane in doubt about a commit', () => {
  it.each(['lost', 'lost reply'] as const)(
    'when the commit is %s, then it is sent again until the reply is definite',
    async (fate) => {
      const { run, store, retries } = setUp([productOf('p', { stock: 5 })], {
        onCommit: (time) => (time < 3 ? fate : 'committed'),
      });
      const batch = await run(buyers(2));
      expect(batch.map(({ told }) => told)).toMatchObject([[done], [done]]);
      expect(store.counts).toMatchObject({ write: 1, commit: 4 });
      expect(retries).toEqual(['unknown', 'unknown', 'unknown']);
      expect(stockOf(store)).toBe(3);
    },
  );

  it('when the transaction is gone and nothing landed, then the batch runs again with the same line ids', async () => {
    const { run, store } = setUp([productOf('p', { stock: 5 })], {
      onCommit: (time) => (['lost', 'absent'] as const)[time] ?? 'committed',
    });
    const batch = await run(buyers(2));
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [done]]);
    expect(store.written.map(({ movements }) => movements.map(({ _id }) => _id))).toEqual([
      ['c0', 'c1'],
      ['c0', 'c1'],
    ]);
    expect(stockOf(store)).toBe(3);
  });

  it('when the transaction is said to be gone but its lines are there, then the first answers hold', async () => {
    const { run, store } = setUp([productOf('p', { stock: 1 })], {
      onCommit: (time) => (['lost reply', 'absent'] as const)[time] ?? 'committed',
    });
    const batch = await run(buyers(2));
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [soldOut]]);
    expect(store.counts.write).toBe(1);
    expect(stockOf(store)).toBe(0);
  });

  // A commit that nobody heard of takes effect at the worst of moments. Without a key, only its lines tell.
  it.each(['read', 'landed', 'write'] as const)(
    'when it takes effect after all right before the next %s, then nobody is refused for what he has bought himself',
    async (step) => {
      const landNow = () => {
        const [first] = store.written;
        if (first && !store.world.stock.movements.has('c0')) store.world.stock = writtenTo(store.world.stock, first);
      };
      const { run, store } = setUp([productOf('p', { stock: 1 })], {
        onCommit: (time) => (['lost', 'absent'] as const)[time] ?? 'committed',
        onRead: (time) => (step === 'read' && time === 1 ? landNow() : undefined),
        onLanded: (time) => (step === 'landed' && time === 0 ? landNow() : undefined),
        onWrite: (time) => (step === 'write' && time === 1 ? landNow() : undefined),
      });
      const batch = await run(buyers(2));
      expect(batch.map(({ told }) => told)).toMatchObject([[done], [soldOut]]);
      expect(store.world.stock.movements.size).toBe(1);
      expect(stockOf(store)).toBe(0);
    },
  );

  it('when only another try of the same lines could have landed, then its answers are not taken for this one', async () => {
    const { run, store } = setUp([productOf('p', { stock: 5 })], {
      onCommit: (time) => (['absent', 'absent', 'lost reply', 'absent'] as const)[time] ?? 'committed',
    });
    const [only] = await run(buyers(1));
    expect(only?.told).toMatchObject([done]);
    const body = only?.told[0] && 'answer' in only.told[0] ? only.told[0].answer.body : '';
    const line = store.world.stock.movements.get('c0');
    expect(body).toContain(JSON.stringify(line?.createdAt));
    expect(store.written).toHaveLength(3);
  });

  it('when one of them waits no more, then the batch stays as it was', async () => {
    const batch = buyers(2).map(waitingFor);
    const { lane, store } = setUp([productOf('p', { stock: 5 })], {
      onCommit: (time) => {
        if (time > 0) return 'committed';
        batch[0]?.pending.fail(new Error('too late'));
        return 'absent';
      },
    });
    await lane.run(batch.map(({ pending }) => pending));
    expect(store.written.map(({ movements }) => movements.length)).toEqual([2, 2]);
    expect(batch[1]?.told).toMatchObject([done]);
  });

  it.each([
    ['a duplicate', () => duplicateKey({ _id: 1 })],
    ['a fault for good', () => new StockFault('permanent', 'odd')],
  ])(
    'when it meets %s again and again meanwhile, then nobody is told that it failed, and the landing ends it',
    async (_, fault) => {
      const { run, store } = setUp([productOf('p', { stock: 5 })], {
        onCommit: () => 'absent',
        onLanded: (time) => {
          const [first] = store.written;
          if (time === 9 && first) store.world.stock = writtenTo(store.world.stock, first);
        },
        onWrite: (time) => {
          if (time > 0) throw fault();
        },
      });
      const batch = await run(buyers(3));
      expect(batch.map(({ told }) => told)).toMatchObject([[done], [done], [done]]);
      expect(stockOf(store)).toBe(2);
    },
  );

  it('when it stays open and nobody waits any more, then the tries end', async () => {
    const batch = buyers(2).map(waitingFor);
    const { lane, store } = setUp([productOf('p')], {
      onCommit: (time) => {
        if (time === 4) for (const { pending } of batch) pending.fail(new Error('too late'));
        return 'lost';
      },
    });
    await lane.run(batch.map(({ pending }) => pending));
    expect(store.counts).toMatchObject({ commit: 5, end: 1 });
  });
});

describe('lane and a command that cannot be carried out', () => {
  it('when one in 500 spoils its batch, then it alone fails, and the way there is short', async () => {
    const { run, store, errors } = setUp([productOf('p', { stock: 1_000 })], {
      onWrite: (_, { movements }) => {
        if (movements.some(({ _id }) => _id === 'c321')) throw new Error('BSON field is not valid');
      },
    });
    const batch = await run(buyers(500));
    const failed = batch.filter(({ told }) => told[0] instanceof Error);
    expect(failed).toHaveLength(1);
    expect(failed[0]?.pending.command.retryKey).toBe('retry-c321');
    expect(failed[0]?.told).toMatchObject([internal]);
    expect(batch.every(({ told }) => told.length === 1)).toBe(true);
    expect(stockOf(store)).toBe(501);
    // Two for each halving of 500.
    expect(store.counts.write).toBeLessThanOrEqual(1 + 2 * 9);
    expect(errors).toHaveLength(1);
  });

  it('when two of them do, then both fail and the others keep their order', async () => {
    const { run } = setUp([productOf('p', { stock: 2 })], {
      onWrite: (_, { movements }) => {
        if (movements.some(({ _id }) => _id === 'c0' || _id === 'c2')) throw new Error('bad');
      },
    });
    const batch = await run(buyers(5));
    expect(batch.map(({ told }) => told)).toMatchObject([[internal], [done], [internal], [done], [soldOut]]);
  });

  it('when its answer cannot be made, then it alone fails, and none of its units have moved', async () => {
    const { run, store } = setUp([productOf('p', { stock: 9 })]);
    const bad = {
      ...purchaseOf('bad', 'p', 3),
      answer: () => {
        throw new TypeError('no such field');
      },
    };
    const batch = await run([purchaseOf('a', 'p'), bad, purchaseOf('b', 'p')]);
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [internal], [done]]);
    expect(stockOf(store)).toBe(7);
  });

  it('when the lane itself fails, then everybody who waits hears it, and it does not throw', async () => {
    const { run, errors } = setUp(
      [productOf('p')],
      {},
      {
        metrics: {
          batch: () => {
            throw new Error('no more memory');
          },
          commitMs: () => undefined,
          retry: () => undefined,
        },
      },
    );
    const batch = await run(buyers(2));
    expect(batch.map(({ told }) => told)).toMatchObject([[internal], [internal]]);
    expect(errors).toHaveLength(1);
  });
});

describe('lane, from memory', () => {
  const key = { kind: 'stored', id: 'buyer:k' } as const;

  it('when this process has sold last and is alone, then the next batch of sales needs no read', async () => {
    const { run, store } = setUp([productOf('p', { stock: 5 })]);
    await run(buyers(2));
    const batch = await run([purchaseOf('d', 'p'), purchaseOf('e', 'p')]);
    expect(batch.map(({ told }) => told)).toMatchObject([[done], [done]]);
    expect(store.counts).toMatchObject({ read: 1, write: 2 });
    expect(stockOf(store)).toBe(1);
  });

  it('when others sell too, then every batch is read', async () => {
    const { run, store } = setUp([productOf('p', { stock: 5 })], {}, { isAlone: () => false });
    await run(buyers(2));
    await run([purchaseOf('d', 'p')]);
    expect(store.counts).toMatchObject({ read: 2, write: 2 });
  });

  it('when memory would refuse, then the database is asked first', async () => {
    const { run, store } = setUp([productOf('p', { stock: 2 })]);
    await run(buyers(2));
    store.world.stock = soldElsewhere(store.world.stock, -1);
    const [only] = await run([purchaseOf('d', 'p')]);
    expect(only?.told).toMatchObject([done]);
    expect(store.counts.read).toBe(2);
  });

  it('when memory is out of date, then the batch is read and decided again at once, and memory rests', async () => {
    const { run, store, retries } = setUp([productOf('p', { stock: 9 })]);
    await run(buyers(2));
    store.world.stock = soldElsewhere(store.world.stock, 3);
    const [late] = await run([purchaseOf('d', 'p')]);
    await run([purchaseOf('e', 'p')]);
    expect(late?.told).toMatchObject([done]);
    expect(retries).toEqual([]);
    expect(store.counts.read).toBe(3);
    expect(stockOf(store)).toBe(2);
  });

  it('when a key was answered before, then the unique index says so, and the first answer is given again', async () => {
    const { run, store } = setUp([productOf('p', { stock: 9 })]);
    const [first] = await run([purchaseOf('a', 'p', 1, { key })]);
    const [again] = await run([purchaseOf('b', 'p', 1, { key })]);
    expect(first?.told).toMatchObject([done]);
    expect(again?.told).toMatchObject([{ ok: true, replayed: true }]);
    expect(stockOf(store)).toBe(8);
  });
});
