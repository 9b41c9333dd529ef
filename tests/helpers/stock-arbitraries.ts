import fc from 'fast-check';
import type { StoredAnswer } from '../../src/models/command.model.js';
import type { HoldDocument } from '../../src/models/hold.model.js';
import type { MovementDocument } from '../../src/models/movement.model.js';
import type { StockState } from '../../src/models/stock-state.js';
import type { CommandKey, StockCommand, StockLine } from '../../src/services/stock-engine/commands.js';
import {
  adjustmentLine,
  agreedBy,
  at,
  commandOf,
  confirmLine,
  countLine,
  holdOf,
  movementOf,
  orderStockOf,
  productOf,
  releaseLine,
  reserveLine,
  returnLine,
  stateOf,
} from './stock-commands.js';

const stockMax = 1_000_000_000;
const productIds = ['p0', 'p1', 'p2'];
const madeIds = ['made0', 'made1'];
/** A product that nobody has, too. */
const anyId = fc.constantFrom(...productIds, ...productIds, ...madeIds, 'nowhere');
const buyer = fc.constantFrom('ann', 'bob', 'cyd');
const hash = fc.constantFrom('hash', 'hash', 'hash', 'another');
const before = new Date(at.getTime() - 1);
const after = new Date(at.getTime() + 1);

const rareWindow = <T>(value: T) =>
  fc.option(fc.constantFrom(before, at, after), { freq: 5, nil: null }).map((time) => ({ time, value }));

const product = (id: string) =>
  fc
    .record({
      stock: fc.oneof(
        { weight: 9, arbitrary: fc.nat(12) },
        { weight: 1, arbitrary: fc.integer({ min: stockMax - 4, max: stockMax }) },
      ),
      sold: fc.nat(5),
      deleted: fc.constantFrom(false, false, false, false, false, false, true),
      seq: fc.nat(9),
      version: fc.nat(3),
      price: fc.constantFrom(100, 200),
      perCustomerLimit: fc.option(fc.integer({ min: 1, max: 6 })),
      limitHistory: fc.constantFrom('none' as const, 'complete' as const, 'ledger' as const),
      starts: rareWindow('starts'),
      ends: rareWindow('ends'),
    })
    .map(({ starts, ends, ...fields }) =>
      productOf(id, {
        ...fields,
        // As products are made: a limit means that somebody counts.
        limitHistory:
          fields.perCustomerLimit !== null && fields.limitHistory === 'none' ? 'ledger' : fields.limitHistory,
        saleStartsAt: starts.time,
        saleEndsAt: ends.time,
      }),
    );

const storedAnswers = fc.dictionary(
  fc.constantFrom('key0', 'key1'),
  hash.map((value): StoredAnswer => ({ hash: value, answer: { status: 201, body: 'stored', location: null } })),
  { maxKeys: 2 },
);

const storedLines = fc
  .option(
    fc.record({ buyerId: buyer, productId: fc.constantFrom(...productIds), quantity: fc.integer({ min: 1, max: 3 }) }),
  )
  .map((sale): [string, MovementDocument][] => {
    if (!sale) return [];
    const { quantity, ...rest } = sale;
    return [['line0', movementOf({ _id: 'line0', ...rest, soldDelta: quantity, delta: -quantity })]];
  });

const holdIds = ['h0', 'h1', 'h2', 'h3'];
/** Where and for whom the holds are is told by their names, so that commands can name them. */
const holdNamed = (id: string, index: number, fields: Partial<HoldDocument> = {}): HoldDocument =>
  holdOf(id, {
    productId: productIds[index % 2] ?? '',
    buyerId: ['ann', 'bob'][index % 2] ?? '',
    unitPrice: 50,
    ...fields,
  });

const storedHolds = fc
  .tuple(
    ...holdIds.map((id, index) =>
      fc.option(
        fc
          .record({
            quantity: fc.integer({ min: 1, max: 3 }),
            status: fc.constantFrom('held', 'held', 'held', 'confirmed', 'released', 'expired' as const),
            expiresAt: fc.constantFrom(before, at, after),
          })
          .map((fields) => holdNamed(id, index, fields)),
      ),
    ),
  )
  .map((holds) => holds.filter((hold) => hold !== null));

const orderIds = ['o0', 'o1'];
const storedOrders = fc.dictionary(
  fc.constantFrom(...orderIds),
  fc.constantFrom('taken', 'refused', 'returned' as const),
  { maxKeys: 2 },
);

/** Products and counters as they are when these holds are held. */
const withHolds = (
  products: readonly ReturnType<typeof productOf>[],
  counters: Record<string, number>,
  holds: readonly HoldDocument[],
) => {
  const held = holds.filter(({ status }) => status === 'held');
  const sum = (some: readonly HoldDocument[]) => some.reduce((total, { quantity }) => total + quantity, 0);
  const units = { ...counters };
  for (const { productId, buyerId, quantity } of held) {
    const counts = products.find(({ _id }) => _id === productId)?.limitHistory !== 'none';
    const id = `${productId}:${buyerId}`;
    if (counts) units[id] = (units[id] ?? 0) + quantity;
  }
  return {
    products: products.map((each) => ({
      ...each,
      reserved: sum(held.filter(({ productId }) => productId === each._id)),
    })),
    counters: new Map(Object.entries(units)),
  };
};

export const anyState: fc.Arbitrary<StockState> = fc
  .record({
    products: fc.tuple(...productIds.map(product)),
    answers: storedAnswers,
    lines: storedLines,
    takenSkus: fc.subarray(['sku0', 'sku1', 'sku2']),
    counters: fc.dictionary(
      fc.tuple(fc.constantFrom(...productIds), buyer).map((pair) => pair.join(':')),
      fc.nat(4),
    ),
    holds: storedHolds,
    orders: storedOrders,
  })
  .map(({ products, answers, lines, takenSkus, counters, holds, orders }) => {
    const world = withHolds(products, counters, holds);
    return stateOf(world.products, {
      answers: new Map(Object.entries(answers)),
      lines: new Map(lines),
      takenSkus: new Set(takenSkus),
      counters: world.counters,
      holds: new Map(holds.map((hold) => [hold._id, hold])),
      orders: new Map(Object.entries(orders).map(([id, status]) => [id, orderStockOf(id, { status })])),
    });
  });

/** What a command is before it has a name; the name is its place in the sequence. */
type Draft = (name: string) => StockCommand;

const storedKey = fc.option(
  fc.constantFrom('key0', 'key1', 'key2', 'key3').map((id): CommandKey => ({ kind: 'stored', id })),
  { freq: 2 },
);

const saleLine = fc.record({
  productId: anyId,
  quantity: fc.integer({ min: 1, max: 5 }),
  price: fc.constantFrom(null, null, null, 100, 200),
});

const lineHash = (buyerId: string, productId: string, quantity: number) =>
  `${buyerId} ${productId} ${String(quantity)}`;

const purchase: fc.Arbitrary<Draft> = fc.record({ sale: saleLine, buyerId: buyer, key: storedKey, hash }).map(
  ({ sale, ...rest }) =>
    (name) =>
      commandOf(name, [{ type: 'sale', id: name, ...sale }], { ...rest, retryKey: name }),
);

/** A repeat of a purchase that had no key of its own: its line is the record. */
const lineKeyed: fc.Arbitrary<Draft> = fc
  .record({ sale: saleLine, buyerId: buyer, id: fc.constantFrom('line0', 'line1', 'line2') })
  .map(
    ({ sale, buyerId, id }) =>
      (name) =>
        commandOf(name, [{ type: 'sale', id, ...sale }], {
          key: { kind: 'line', id },
          hash: lineHash(buyerId, sale.productId, sale.quantity),
          buyerId,
          retryKey: name,
          answerOfLine: (line) => ({
            hash: lineHash(String(line.buyerId), line.productId, line.soldDelta),
            answer: { status: 201, body: line._id, location: null },
          }),
        }),
  );

const delta = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -8, max: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom(-stockMax, stockMax) },
);

const managersLine = fc.oneof(
  fc.tuple(anyId, delta).map(
    ([productId, units]) =>
      (id: string): StockLine =>
        adjustmentLine(id, productId, units),
  ),
  fc.tuple(anyId, fc.nat(12), fc.option(fc.nat(12))).map(
    ([productId, count, expected]) =>
      (id: string): StockLine =>
        countLine(id, productId, count, expected),
  ),
);
const anyLine = fc.oneof(
  managersLine,
  saleLine.map((sale) => (id: string): StockLine => ({ type: 'sale', id, ...sale })),
);

const managers: fc.Arbitrary<Draft> = fc
  .record({ line: managersLine, key: storedKey, hash, showsProduct: fc.boolean() })
  .map(
    ({ line, ...rest }) =>
      (name) =>
        commandOf(name, [line(name)], { kind: 'adjust', buyerId: null, actorId: 'manager', ...rest, retryKey: name }),
  );

const batch: fc.Arbitrary<Draft> = fc
  .record({ lines: fc.array(anyLine, { minLength: 1, maxLength: 5 }), buyerId: buyer, key: storedKey, hash })
  .map(
    ({ lines, ...rest }) =>
      (name) =>
        commandOf(
          name,
          lines.map((line, index) => line(`${name}.${String(index)}`)),
          { kind: 'batch', showsProduct: true, ...rest, retryKey: name },
        ),
  );

const create: fc.Arbitrary<Draft> = fc
  .record({
    made: fc.constantFrom(...madeIds),
    sku: fc.constantFrom('sku0', 'sku1', 'sku2', 'sku3'),
    stock: fc.nat(10),
    limit: fc.option(fc.integer({ min: 1, max: 4 })),
    key: storedKey,
    hash,
  })
  .map(({ made, sku, stock, limit, ...rest }) => (name) => {
    const fields = { sku, stock, perCustomerLimit: limit, limitHistory: limit === null ? 'none' : 'complete' } as const;
    const line: StockLine = { type: 'initial', id: name, product: productOf(made, fields) };
    return commandOf(name, [line], { kind: 'create', buyerId: null, actorId: 'manager', ...rest, retryKey: name });
  });

const reserve: fc.Arbitrary<Draft> = fc
  .record({ productId: anyId, quantity: fc.integer({ min: 1, max: 5 }), buyerId: buyer, key: storedKey, hash })
  .map(
    ({ productId, quantity, ...rest }) =>
      (name) =>
        commandOf(name, [reserveLine(name, productId, quantity)], { kind: 'reserve', ...rest, retryKey: name }),
  );

/** A hold is known to its commands by what never changes: where it is and whose. */
const ofHold: fc.Arbitrary<Draft> = fc
  .record({ index: fc.nat(holdIds.length - 1), confirms: fc.boolean(), key: storedKey, hash })
  .map(({ index, confirms, key, hash: requested }) => (name) => {
    const hold = holdNamed(holdIds[index] ?? '', index);
    const { buyerId } = hold;
    return confirms
      ? commandOf(name, [confirmLine(name, hold)], { kind: 'confirm', buyerId, key, hash: requested, retryKey: name })
      : commandOf(name, [releaseLine(hold)], { kind: 'release', buyerId, retryKey: name });
  });

const expire: fc.Arbitrary<Draft> = anyId.map(
  (productId) => (name) =>
    commandOf(name, [{ type: 'expire', id: name, productId }], { kind: 'expire', retryKey: name }),
);

/** Whose an order is goes by its name too. */
const ofOrder: fc.Arbitrary<Draft> = fc
  .record({
    order: fc.constantFrom(...orderIds, 'o2'),
    cancels: fc.boolean(),
    items: fc.array(fc.tuple(anyId, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 3 }),
  })
  .map(({ order, cancels, items }) => (name) => {
    const lines = items.map(([productId, quantity], index): StockLine => {
      const id = `${name}.${String(index)}`;
      return cancels
        ? returnLine(id, productId, quantity, order)
        : { type: 'sale', id, productId, quantity, price: null, agreed: agreedBy(order) };
    });
    return commandOf(name, lines, {
      kind: cancels ? 'cancel' : 'order',
      key: { kind: 'order', id: order },
      buyerId: 'cyd',
      retryKey: name,
    });
  });

/** Ids of products are made once in the world, so a second product of the same id gets one of its own. */
const withOwnIds = (commands: readonly StockCommand[]): StockCommand[] => {
  const seen = new Set<string>();
  return commands.map((command) => {
    const [line] = command.lines;
    if (line?.type !== 'initial') return command;
    const { _id } = line.product;
    if (!seen.has(_id)) {
      seen.add(_id);
      return command;
    }
    return { ...command, lines: [{ ...line, product: { ...line.product, _id: `${_id}-${line.id}` } }] };
  });
};

/** Up to `maxLength` commands of all kinds on a few products, so that they get into each other's way. */
export const anyCommands = (maxLength = 30): fc.Arbitrary<StockCommand[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: purchase },
        { weight: 2, arbitrary: lineKeyed },
        { weight: 3, arbitrary: managers },
        { weight: 3, arbitrary: batch },
        { weight: 1, arbitrary: create },
        { weight: 3, arbitrary: reserve },
        { weight: 3, arbitrary: ofHold },
        { weight: 1, arbitrary: expire },
        { weight: 3, arbitrary: ofOrder },
      ),
      { maxLength },
    )
    .map((drafts) => withOwnIds(drafts.map((draft, index) => draft(`c${String(index)}`))));
