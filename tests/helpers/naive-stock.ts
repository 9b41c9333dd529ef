import type { StockState } from '../../src/models/stock-state.js';
import type { StockCommand, StockLine } from '../../src/services/stock-engine/commands.js';

interface NaiveProduct {
  stock: number;
  sold: number;
  reserved: number;
  deleted: boolean;
  seq: number;
  price: number;
  limit: number | null;
  counts: boolean;
  opens: number;
  closes: number;
}

interface NaiveWorld {
  products: Record<string, NaiveProduct>;
  bought: Record<string, number>;
  skus: string[];
  /** Who was answered first under a key, and to which request. */
  firsts: Record<string, { hash: string; name: string }>;
  holds: Record<string, { product: string; buyer: string; units: number; is: string }>;
  orders: Record<string, string>;
}

export interface NaiveResult {
  /** `done`, `replay of <name>` or the code of the refusal. */
  verdicts: string[];
  world: NaiveWorld;
}

const worldOf = (state: StockState): NaiveWorld => {
  const world: NaiveWorld = { products: {}, bought: {}, skus: [...state.takenSkus], firsts: {}, holds: {}, orders: {} };
  for (const [id, product] of state.products) {
    world.products[id] = {
      stock: product.stock,
      sold: product.sold,
      reserved: product.reserved,
      deleted: product.deleted,
      seq: product.seq,
      price: product.price,
      limit: product.perCustomerLimit,
      counts: product.limitHistory !== 'none',
      opens: product.saleStartsAt?.getTime() ?? -Infinity,
      closes: product.saleEndsAt?.getTime() ?? Infinity,
    };
  }
  for (const [id, units] of state.counters) world.bought[id] = units;
  for (const [id, { hash, answer }] of state.answers) world.firsts[id] = { hash, name: answer.body };
  for (const [id, line] of state.lines) {
    world.firsts[id] = { hash: `${String(line.buyerId)} ${line.productId} ${String(line.soldDelta)}`, name: id };
  }
  for (const [id, { productId, buyerId, quantity, status }] of state.holds) {
    world.holds[id] = { product: productId, buyer: buyerId, units: quantity, is: status };
  }
  for (const [id, { status }] of state.orders) world.orders[id] = status;
  return world;
};

const giveBack = (world: NaiveWorld, product: NaiveProduct, id: string, buyer: string, units: number): void => {
  product.stock += units;
  product.seq += 1;
  if (product.counts) world.bought[`${id}:${buyer}`] = (world.bought[`${id}:${buyer}`] ?? 0) - units;
};

/** Ends a hold without a sale; returns what speaks against it. */
const endHold = (world: NaiveWorld, id: string, how: string): string | null => {
  const hold = world.holds[id];
  const product = hold && world.products[hold.product];
  if (!hold || !product) return 'NOT_FOUND';
  if (hold.is !== 'held') return 'RESERVATION_EXPIRED';
  hold.is = how;
  product.reserved -= hold.units;
  giveBack(world, product, hold.product, hold.buyer, hold.units);
  return null;
};

/** What a customer who wants units is told, or null. */
const objectionTo = (
  product: NaiveProduct,
  { quantity, price }: { quantity: number; price: number | null },
  had: number,
  at: number,
): string | null => {
  if (at < product.opens || at >= product.closes) return 'SALE_NOT_OPEN';
  if (price !== null && price !== product.price) return 'PRICE_CHANGED';
  if (product.limit !== null && had + quantity > product.limit) return 'LIMIT_REACHED';
  return product.stock < quantity ? 'INSUFFICIENT_STOCK' : null;
};

/** Does one line to the world; returns what speaks against it. */
const doLine = (world: NaiveWorld, line: StockLine, buyer: string, at: number): string | null => {
  if (line.type === 'initial') {
    const { product } = line;
    if (world.skus.includes(product.sku)) return 'DUPLICATE_SKU';
    world.skus.push(product.sku);
    world.products[product._id] = {
      stock: product.stock,
      sold: 0,
      reserved: 0,
      deleted: false,
      seq: 1,
      price: product.price,
      limit: product.perCustomerLimit,
      counts: product.limitHistory !== 'none',
      opens: -Infinity,
      closes: Infinity,
    };
    return null;
  }
  if (line.type === 'expire') return null;
  if (line.type === 'release') return endHold(world, line.holdId, 'released');
  const product = world.products[line.productId];
  if (line.type === 'return') {
    if (!product) return 'NOT_FOUND';
    product.sold -= line.quantity;
    giveBack(world, product, line.productId, buyer, line.quantity);
    return null;
  }
  if (line.type === 'confirm') {
    const hold = world.holds[line.holdId];
    if (!hold) return 'NOT_FOUND';
    if (hold.is !== 'held') return 'RESERVATION_EXPIRED';
    if (!product || product.deleted) return 'NOT_FOUND';
    hold.is = 'confirmed';
    product.reserved -= hold.units;
    product.sold += hold.units;
  } else if (!product || product.deleted) return 'NOT_FOUND';
  else if (line.type === 'sale' || line.type === 'reserve') {
    const id = `${line.productId}:${buyer}`;
    const had = world.bought[id] ?? 0;
    const { quantity } = line;
    const fault = objectionTo(product, { quantity, price: line.type === 'sale' ? line.price : null }, had, at);
    if (fault !== null) return fault;
    if (product.counts) world.bought[id] = had + quantity;
    product.stock -= quantity;
    if (line.type === 'sale') product.sold += quantity;
    else {
      product.reserved += quantity;
      world.holds[line.id] = { product: line.productId, buyer, units: quantity, is: 'held' };
    }
  } else if (line.type === 'count') {
    if (line.expectedStock !== null && line.expectedStock !== product.stock) return 'STOCK_CHANGED';
    product.stock = line.count;
  } else {
    if (product.stock + line.delta < 0) return 'INSUFFICIENT_STOCK';
    if (product.stock + line.delta > 1_000_000_000) return 'VALIDATION_FAILED';
    product.stock += line.delta;
  }
  product.seq += 1;
  return null;
};

/**
 * Stock kept the plainest way that there is: one command after the other on a copy of everything, which is thrown away
 * when a line is refused. Slow, and hard to get wrong: what the engine decides is compared with it.
 */
export const naively = (state: StockState, commands: readonly StockCommand[], at: Date): NaiveResult => {
  let world = worldOf(state);
  for (const [id, { expiresAt, status }] of state.holds) {
    if (status === 'held' && expiresAt.getTime() <= at.getTime()) endHold(world, id, 'expired');
  }
  const verdicts = commands.map((command) => {
    const order = command.key?.kind === 'order' ? command.key.id : null;
    if (order !== null && world.orders[order] !== (command.kind === 'cancel' ? 'taken' : undefined))
      return 'ORDER_STATE';
    const first = command.key && world.firsts[command.key.id];
    if (first) return first.hash === command.hash ? `replay of ${first.name}` : 'IDEMPOTENCY_KEY_REUSED';
    const trial = structuredClone(world);
    for (const line of command.lines) {
      const fault = doLine(trial, line, command.buyerId ?? command.actorId, at.getTime());
      if (fault !== null) return fault;
    }
    if (order !== null) trial.orders[order] = command.kind === 'cancel' ? 'returned' : 'taken';
    else if (command.key) trial.firsts[command.key.id] = { hash: command.hash, name: command.retryKey };
    world = trial;
    return 'done';
  });
  return { verdicts, world };
};
