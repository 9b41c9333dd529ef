import type { HoldDocument } from '../../../../src/models/hold.model.js';
import type { StockWrites } from '../../../../src/models/stock-state.js';
import type { StockCommand } from '../../../../src/services/stock-engine/commands.js';
import { createLane } from '../../../../src/services/stock-engine/lane.js';
import { createFakeStockStore, type FakeStockStore, type StockScript } from '../../../helpers/fake-stock-store.js';
import { memoryStock } from '../../../helpers/memory-stock.js';
import {
  agreedBy,
  at,
  commandOf,
  confirmLine,
  holdOf,
  productOf,
  purchaseOf,
} from '../../../helpers/stock-commands.js';
import { waitingFor } from '../../../helpers/waiting.js';

const done = { ok: true, replayed: false };
const before = new Date(at.getTime() - 1);
const expiredHolds = (count: number) =>
  Array.from({ length: count }, (_, index) => holdOf(`h${String(index)}`, { expiresAt: before }));

const setUp = (stock: number, holds: readonly HoldDocument[], script: StockScript = {}) => {
  const initial = memoryStock([productOf('p', { stock, reserved: holds.length })]);
  for (const hold of holds) initial.holds.set(hold._id, hold);
  const store = createFakeStockStore(initial, script);
  const retries: string[] = [];
  const followedUp: StockWrites[] = [];
  const lane = createLane({
    store,
    endOrphans: () => Promise.resolve(),
    afterCommit: (writes) => {
      followedUp.push(writes);
      return Promise.reject(new Error('a follow-up changes nothing'));
    },
    metrics: { batch: () => undefined, commitMs: () => undefined, retry: (reason) => retries.push(reason) },
    logger: { error: () => undefined },
    now: () => at,
    isAlone: () => true,
    random: () => 0,
  });
  const run = async (commands: readonly StockCommand[]) => {
    const batch = commands.map(waitingFor);
    await lane.run(batch.map(({ pending }) => pending));
    await lane.delivered();
    return batch.map(({ told }) => told);
  };
  return { store, run, retries, followedUp };
};
const productIn = ({ world }: FakeStockStore) => world.stock.products.get('p');

describe('lane, with holds', () => {
  it('when more holds have expired than one read brings, then nobody is refused before all are taken back', async () => {
    const { store, run, followedUp } = setUp(0, expiredHolds(1_100));

    const told = await run([purchaseOf('a', 'p', 1_100), purchaseOf('b', 'p')]);

    expect(told).toMatchObject([[done], [{ ok: false, refusal: { code: 'INSUFFICIENT_STOCK' } }]]);
    expect(productIn(store)).toMatchObject({ stock: 0, reserved: 0, sold: 1_100, seq: 1 + 1_100 + 1 });
    expect(followedUp).toHaveLength(3);
  });

  it('when more holds have expired and those that were read will do, then the rest is left to the next batch', async () => {
    const { store, run } = setUp(0, expiredHolds(600));

    expect(await run([purchaseOf('a', 'p', 400)])).toMatchObject([[done]]);

    expect(store.counts).toMatchObject({ read: 1, write: 1 });
    expect(productIn(store)).toMatchObject({ stock: 100, reserved: 100 });
  });

  it('when taking back is in doubt, then it is looked at again, and no unit comes back twice', async () => {
    const script: StockScript = { onCommit: (time) => (time === 0 ? 'lost reply' : 'committed') };
    const { store, run, retries } = setUp(0, expiredHolds(600), script);

    expect(await run([purchaseOf('a', 'p', 600)])).toMatchObject([[done]]);

    expect(retries).toEqual(['transient']);
    expect(productIn(store)).toMatchObject({ stock: 0, reserved: 0, sold: 600 });
  });

  it('when a hold is extended between the read and the write, then it is held, and who wanted its unit is refused', async () => {
    const later = new Date(at.getTime() + 60_000);
    const { store, run, retries } = setUp(0, expiredHolds(1), {
      onWrite: (time) => {
        const [hold] = store.world.stock.holds.values();
        if (time === 0 && hold) store.world.stock.holds.set(hold._id, { ...hold, expiresAt: later });
      },
    });

    const told = await run([purchaseOf('a', 'p')]);

    expect(told).toMatchObject([[{ ok: false, refusal: { code: 'INSUFFICIENT_STOCK' } }]]);
    expect(retries).toEqual(['conflict']);
    expect(productIn(store)).toMatchObject({ stock: 0, reserved: 1, seq: 1 });
  });

  it('when what is remembered says sold out, then the read finds the hold that has expired meanwhile', async () => {
    const { store, run } = setUp(1, [holdOf('h')]);
    expect(await run([purchaseOf('a', 'p')])).toMatchObject([[done]]);
    store.world.stock.holds.set('h', holdOf('h', { expiresAt: before }));

    expect(await run([purchaseOf('b', 'p')])).toMatchObject([[done]]);

    expect(productIn(store)).toMatchObject({ stock: 0, reserved: 0, sold: 2 });
  });

  it('when the commit of a confirmed hold is lost and comes to light, then it is sold once and the answer is given', async () => {
    const hold = holdOf('h');
    const confirm = commandOf('sale', [confirmLine('sale', hold)], {
      kind: 'confirm',
      key: { kind: 'stored', id: 'k' },
    });
    let times = 0;
    const script: StockScript = { onCommit: () => (times++ === 0 ? 'lost reply' : 'absent') };
    const { store, run } = setUp(0, [hold], script);

    expect(await run([confirm])).toMatchObject([[done]]);

    expect(productIn(store)).toMatchObject({ stock: 0, reserved: 0, sold: 1, seq: 2 });
  });

  it('when an order is decided from memory and has been taken elsewhere, then it is read, and takes nothing more', async () => {
    const order = (name: string) =>
      commandOf(name, [{ type: 'sale', id: name, productId: 'p', quantity: 1, price: null, agreed: agreedBy('o') }], {
        kind: 'order',
        key: { kind: 'order', id: 'o' },
      });
    const { store, run } = setUp(5, []);
    expect(await run([order('first')])).toMatchObject([[done]]);

    const told = await run([order('second')]);

    expect(told).toMatchObject([[{ ok: false, refusal: { code: 'ORDER_STATE', details: { status: 'taken' } } }]]);
    expect(store.counts).toMatchObject({ read: 2, write: 2, commit: 1 });
    expect(productIn(store)).toMatchObject({ stock: 4, sold: 1 });
  });
});
