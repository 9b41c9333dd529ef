import type { StockState } from '../../src/models/stock-state.js';
import type { StockCommand, StockLine } from '../../src/services/stock-engine/commands.js';

interface NaiveProduct {
  stock: number;
  sold: number;
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
}

export interface NaiveResult {
  /** `done`, `replay of <name>` or the code of the refusal. */
  verdicts: string[];
  world: NaiveWorld;
}

const worldOf = (state: StockState): NaiveWorld => {
  const world: NaiveWorld = { products: {}, bought: {}, skus: [...state.takenSkus], firsts: {} };
  for (const [id, product] of state.products) {
    world.products[id] = {
      stock: product.stock,
      sold: product.sold,
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
  return world;
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
      seq: 1,
      price: product.price,
      limit: product.perCustomerLimit,
      counts: product.limitHistory !== 'none',
      opens: -Infinity,
      closes: Infinity,
    };
    return null;
  }
  const product = world.products[line.productId];
  if (!product) return 'NOT_FOUND';
  if (line.type === 'sale') {
    const id = `${line.productId}:${buyer}`;
    const had = world.bought[id] ?? 0;
    if (at < product.opens || at >= product.closes) return 'SALE_NOT_OPEN';
    if (line.price !== null && line.price !== product.price) return 'PRICE_CHANGED';
    if (product.limit !== null && had + line.quantity > product.limit) return 'LIMIT_REACHED';
    if (product.stock < line.quantity) return 'INSUFFICIENT_STOCK';
    if (product.counts) world.bought[id] = had + line.quantity;
    product.sold += line.quantity;
    product.stock -= line.quantity;
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
  const verdicts = commands.map((command) => {
    const first = command.key && world.firsts[command.key.id];
    if (first) return first.hash === command.hash ? `replay of ${first.name}` : 'IDEMPOTENCY_KEY_REUSED';
    const trial = structuredClone(world);
    for (const line of command.lines) {
      const fault = doLine(trial, line, command.buyerId ?? command.actorId, at.getTime());
      if (fault !== null) return fault;
    }
    if (command.key) trial.firsts[command.key.id] = { hash: command.hash, name: command.retryKey };
    world = trial;
    return 'done';
  });
  return { verdicts, world };
};
