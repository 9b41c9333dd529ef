import type { HoldDocument } from '../../../src/models/hold.model.js';
import type { MovementDocument } from '../../../src/models/movement.model.js';
import type { OrderDocument } from '../../../src/models/order.model.js';
import type { AnsweredHold, Evidence } from '../evidence.js';

/** What is released may have expired just before, by a clock that had jumped, and the other way round. */
const endFits = ({ isConfirmed }: AnsweredHold, status: HoldDocument['status']): boolean =>
  isConfirmed === (status === 'confirmed');

/** No reservation is held any more, each ended as its owner was told, and what none holds is not reserved. */
export const reservationFaults = ({ record, holds, products, lines }: Evidence): string[] => {
  const faults: string[] = [];
  for (const { _id, status, expiresAt, saleId } of holds) {
    if (status === 'held') faults.push(`reservation ${_id} is still held, until ${expiresAt.toISOString()}`);
    const seen = record.holds.find(({ id }) => id === _id);
    if (seen !== undefined && status !== 'held' && !endFits(seen, status))
      faults.push(
        `reservation ${_id} is ${status}, its owner was told ${seen.isConfirmed ? '' : 'not '}that it was confirmed`,
      );
    const ends = lines.filter((line) => line._id === saleId);
    if (status === 'confirmed' && ends.length !== 1)
      faults.push(`reservation ${_id} is confirmed and has ${ends.length} sales`);
  }
  for (const { _id, reserved } of products) {
    const held = holds
      .filter(({ productId, status }) => productId === _id && status === 'held')
      .reduce((sum, { quantity }) => sum + quantity, 0);
    if (reserved !== held) faults.push(`product ${_id}: ${reserved} reserved, reservations hold ${held}`);
  }
  return faults;
};

const typesOf = (lines: readonly MovementDocument[]): string => lines.map(({ type }) => type).join(', ');

/** What of its order's lines is wrong for one product. */
const itemFault = (
  { _id, status }: OrderDocument,
  { productId, quantity }: { productId: string; quantity: number },
  ofOrder: readonly MovementDocument[],
): string[] => {
  const mine = ofOrder.filter((line) => line.productId === productId);
  const sold = mine.reduce((sum, { soldDelta }) => sum + soldDelta, 0);
  const wanted = status === 'confirmed' ? quantity : 0;
  const fits =
    status === 'confirmed'
      ? typesOf(mine) === 'sale'
      : status === 'cancelled'
        ? ['', 'sale, cancel'].includes(typesOf(mine))
        : mine.length === 0;
  if (fits && sold === wanted) return [];
  return [
    `order ${_id} is ${status}, and of ${quantity} of product ${productId} its lines say [${typesOf(mine)}] ${sold}`,
  ];
};

/** Every order has its end, the one that its owner asked for, and its units are where that end says, all or none. */
export const orderFaults = ({ record, orders, orderStock, lines }: Evidence): string[] => {
  const faults: string[] = [];
  for (const order of orders) {
    const { _id, status } = order;
    if (status === 'pending') {
      faults.push(`order ${_id} is still pending`);
      continue;
    }
    const seen = record.orders.find(({ id }) => id === _id);
    if (seen?.isCancelled === true && status !== 'cancelled')
      faults.push(`order ${_id} is ${status}, its cancel was answered`);
    if (seen === undefined) faults.push(`order ${_id} was never answered`);
    const ofOrder = lines.filter(({ reference }) => reference === _id);
    for (const item of order.items) faults.push(...itemFault(order, item, ofOrder));
    const kept = orderStock.find((each) => each._id === _id)?.status;
    const fits = { confirmed: kept === 'taken', rejected: kept === 'refused', cancelled: kept !== 'taken' };
    if (!fits[status]) faults.push(`order ${_id} is ${status}, its stock is kept as ${kept ?? 'nothing'}`);
  }
  return faults;
};
