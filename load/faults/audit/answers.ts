import type { MovementDocument } from '../../../src/models/movement.model.js';
import type { AnsweredSale, Evidence, LostSale } from '../evidence.js';

const isSale = ({ type }: MovementDocument): boolean => type === 'sale';

const byId = <T extends { _id: string }>(documents: readonly T[]): Map<string, T[]> => {
  const found = new Map<string, T[]>();
  for (const document of documents) found.set(document._id, [...(found.get(document._id) ?? []), document]);
  return found;
};

const differs = (wanted: object, got: object): boolean => JSON.stringify(wanted) !== JSON.stringify(got);

/** Every success that anybody was told of is exactly one line of the ledger that says the same. */
export const lostFaults = ({ record, lines, holds, orders, products, productIds }: Evidence): string[] => {
  const known = byId(lines);
  const lineOf = (id: string): MovementDocument | undefined => {
    const found = known.get(id) ?? [];
    return found.length === 1 ? found[0] : undefined;
  };
  const faults: string[] = [];
  const check = (what: string, id: string, wanted: object, got: object | undefined): void => {
    if (got === undefined) faults.push(`${what} ${id} was answered and has ${known.get(id)?.length ?? 0} lines`);
    else if (differs(wanted, got))
      faults.push(`${what} ${id} was answered as ${JSON.stringify(wanted)}, its line says ${JSON.stringify(got)}`);
  };
  for (const { id, productId, quantity, stockAfter, unitPrice, buyerId } of record.sales) {
    const line = lineOf(id);
    const got = line && {
      ...{ productId: line.productId, quantity: line.soldDelta, stockAfter: line.stockAfter },
      ...{ unitPrice: line.unitPrice, buyerId: line.buyerId },
    };
    check('purchase', id, { productId, quantity, stockAfter, unitPrice, buyerId }, got);
  }
  for (const { id, productId, quantity } of record.holds) {
    const line = lineOf(id);
    check(
      'reservation',
      id,
      { productId, quantity },
      line && { productId: line.productId, quantity: line.reservedDelta },
    );
    if (!holds.some(({ _id }) => _id === id)) faults.push(`reservation ${id} was answered and is not kept`);
  }
  for (const { id, productId, seq, delta, stockAfter } of record.moves) {
    const line = lineOf(id);
    const got = line && { productId: line.productId, seq: line.seq, delta: line.delta, stockAfter: line.stockAfter };
    check('adjustment', id, { productId, seq, delta, stockAfter }, got);
  }
  for (const id of productIds) {
    if (!products.some(({ _id }) => _id === id)) faults.push(`product ${id} was answered and is not kept`);
  }
  const kept = new Set(orders.map(({ _id }) => _id));
  for (const { id } of record.orders) if (!kept.has(id)) faults.push(`order ${id} was answered and is not kept`);
  return faults;
};

/** One key, one effect: everybody who asked under it was told of the same thing. */
const keyFaults = (what: string, answers: readonly { id: string; key: string | undefined }[]): string[] => {
  const ids = new Map<string, string>();
  return answers.flatMap(({ id, key }) => {
    const first = key === undefined ? id : (ids.get(key) ?? id);
    if (key !== undefined) ids.set(key, first);
    return first === id ? [] : [`key ${key ?? ''} made ${what} ${first} and ${id}`];
  });
};

/** Takes a loss that explains the line off the list. */
const explains = (line: MovementDocument, losses: LostSale[]): boolean => {
  const index = losses.findIndex(
    ({ productId, buyerId, quantity }) =>
      productId === line.productId && buyerId === line.buyerId && quantity === line.soldDelta,
  );
  if (index >= 0) losses.splice(index, 1);
  return index >= 0;
};

const saleFaults = ({ record, lines, orders }: Evidence): string[] => {
  const answered = new Set(record.sales.map(({ id }) => id));
  const orderIds = new Set(orders.map(({ _id }) => _id));
  const losses = [...record.lost];
  return lines.filter(isSale).flatMap((line) => {
    if (answered.has(line._id) || orderIds.has(line.reference ?? '') || explains(line, losses)) return [];
    return [`line ${line._id} sells ${line.soldDelta} to ${line.buyerId ?? 'nobody'}, whom nobody has told of it`];
  });
};

const otherFaults = ({ record, lines }: Evidence): string[] => {
  const known = new Set([...record.holds, ...record.moves].map(({ id }) => id));
  return lines
    .filter(({ type, _id }) => (type === 'reserve' || type === 'adjustment' || type === 'count') && !known.has(_id))
    .map(({ _id, type, delta }) => `line ${_id} (${type}, ${delta}) was never answered`);
};

/** A second line of what happens once. */
const twiceFaults = ({ lines, record }: Evidence): string[] => {
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const { _id } of lines) {
    if (seen.has(_id)) faults.push(`there are two lines ${_id}`);
    seen.add(_id);
  }
  const sold = new Map<string, AnsweredSale>();
  for (const sale of record.sales) {
    const { holdId } = sale;
    if (holdId === undefined) continue;
    const other = sold.get(holdId);
    if (other !== undefined && other.id !== sale.id)
      faults.push(`reservation ${holdId} became purchase ${other.id} and ${sale.id}`);
    sold.set(holdId, sale);
  }
  return faults;
};

/** What was asked for again under its key, when all was quiet, is answered as it was at first. */
const repeatFaults = ({ record }: Evidence): string[] =>
  record.repeats.flatMap(({ key, wanted, got, status, isReplay }) =>
    status === 201 && isReplay && wanted === got
      ? []
      : [`key ${key} was answered ${status}${isReplay ? '' : ', not as a replay'}: ${got}; at first: ${wanted}`],
  );

/** Whatever is in the ledger was asked for, and once. */
export const doubledFaults = (evidence: Evidence): string[] => [
  ...keyFaults('purchase', evidence.record.sales),
  ...keyFaults('reservation', evidence.record.holds),
  ...keyFaults('order', evidence.record.orders),
  ...saleFaults(evidence),
  ...otherFaults(evidence),
  ...twiceFaults(evidence),
  ...repeatFaults(evidence),
];
