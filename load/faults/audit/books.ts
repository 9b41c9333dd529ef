import type { MovementDocument } from '../../../src/models/movement.model.js';
import type { Evidence } from '../evidence.js';

type Books = Pick<Evidence, 'products' | 'lines'>;

export const linesOf = ({ lines }: Pick<Evidence, 'lines'>, productId: string): MovementDocument[] =>
  lines.filter((line) => line.productId === productId);

/** Units that ever came in: all that is neither a sale, nor a reservation, nor the end of one. */
const receivedOf = (lines: readonly MovementDocument[]): number =>
  lines
    .filter(({ type }) => type === 'initial' || type === 'adjustment' || type === 'count')
    .reduce((sum, { delta }) => sum + delta, 0);

/** `seq` is 1, 2, 3..., `stockAfter` the running balance, and their sums are what the product says of itself. */
export const ledgerFaults = (books: Books): string[] =>
  books.products.flatMap((product) => {
    const faults: string[] = [];
    const sums = { stock: 0, sold: 0, reserved: 0, seq: 0 };
    for (const line of linesOf(books, product._id)) {
      sums.seq++;
      sums.stock += line.delta;
      sums.sold += line.soldDelta;
      sums.reserved += line.reservedDelta;
      if (line.seq !== sums.seq) faults.push(`line ${line._id} has seq ${line.seq}, not ${sums.seq}`);
      if (line.stockAfter !== sums.stock)
        faults.push(`line ${line._id} (seq ${line.seq}) says ${line.stockAfter} are left, not ${sums.stock}`);
      sums.seq = line.seq;
    }
    for (const name of ['stock', 'sold', 'reserved', 'seq'] as const) {
      if (product[name] !== sums[name]) faults.push(`${name} is ${product[name]}, by its ledger ${sums[name]}`);
    }
    return faults.map((fault) => `product ${product._id}: ${fault}`);
  });

/** received = stock + reserved + sold, by the ledger, by the product and by the service's own audit. */
export const receivedFaults = (evidence: Books & Pick<Evidence, 'audits'>): string[] =>
  evidence.products.flatMap(({ _id, stock, reserved, sold }) => {
    const faults: string[] = [];
    const received = receivedOf(linesOf(evidence, _id));
    if (received !== stock + reserved + sold)
      faults.push(`received ${received}, but ${stock} in stock + ${reserved} reserved + ${sold} sold`);
    const own = evidence.audits.find(({ productId }) => productId === _id);
    if (own === undefined) faults.push('its own audit did not answer');
    else if (!own.consistent) faults.push(`its own audit says ${own.faults.join('; ')}`);
    else if (own.received !== received || own.stock !== stock || own.sold !== sold || own.reserved !== reserved)
      faults.push(`its own audit has other numbers: ${JSON.stringify(own)}`);
    return faults.map((fault) => `product ${_id}: ${fault}`);
  });

/** Units of the limit that somebody has by the ledger; a cancel gives back. */
const customersOf = (lines: readonly MovementDocument[]): Map<string, number> => {
  const units = new Map<string, number>();
  for (const { buyerId, soldDelta } of lines) {
    if (buyerId !== null && soldDelta !== 0) units.set(buyerId, (units.get(buyerId) ?? 0) + soldDelta);
  }
  return units;
};

/** No line leaves less than nothing, no more is sold than came in, and no customer has more than the limit. */
export const oversoldFaults = (books: Books): string[] =>
  books.products.flatMap((product) => {
    const lines = linesOf(books, product._id);
    const faults = lines
      .filter(({ stockAfter }) => stockAfter < 0)
      .map(({ _id, stockAfter }) => `line ${_id} leaves ${stockAfter}`);
    const sold = lines.reduce((sum, { soldDelta }) => sum + soldDelta, 0);
    if (product.stock < 0) faults.push(`stock is ${product.stock}`);
    if (sold > receivedOf(lines)) faults.push(`${sold} sold of ${receivedOf(lines)}`);
    const limit = product.perCustomerLimit;
    if (limit !== null) {
      for (const [buyerId, units] of customersOf(lines)) {
        if (units > limit) faults.push(`customer ${buyerId} has ${units}, the limit is ${limit}`);
      }
    }
    return faults.map((fault) => `product ${product._id}: ${fault}`);
  });
