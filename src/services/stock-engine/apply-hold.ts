import type { HoldDocument } from '../../models/hold.model.js';
import type { ConfirmLine, ReleaseLine } from './commands.js';
import { countUnits, moved, refused, type Drafting, type LineContext, type LineResult } from './line-result.js';

/** Why units of a hold went back, for who reads the ledger. */
const reasons = { released: 'released', expired: 'expired' } as const;

/** The units of a hold go back into stock. A deleted product has none held, but an outside hand may have made it so. */
const backToStock = (context: LineContext, hold: HoldDocument, status: keyof typeof reasons): LineResult => {
  const product = context.draft.productOrDeleted(hold.productId);
  if (!product) return refused('NOT_FOUND');
  context.holds.end(hold, status);
  countUnits(context, product, hold.buyerId, -hold.quantity);
  return moved(context, product, {
    _id: hold.releaseId,
    type: 'release',
    delta: hold.quantity,
    reservedDelta: -hold.quantity,
    reason: reasons[status],
    reference: hold._id,
    buyerId: hold.buyerId,
  });
};

/** The hold, if it is held still; else what speaks against doing anything with it. */
const heldOf = ({ holds }: LineContext, id: string): HoldDocument | LineResult => {
  const hold = holds.get(id);
  if (!hold) return refused('NOT_FOUND');
  return hold.status === 'held' ? hold : refused('RESERVATION_EXPIRED', { status: hold.status });
};

/** A hold becomes a purchase, at the price at which the units were set aside. The customer has been counted already. */
export const applyConfirm = (context: LineContext, line: ConfirmLine): LineResult => {
  const hold = heldOf(context, line.holdId);
  if ('ok' in hold) return hold;
  const product = context.draft.product(hold.productId);
  if (!product) return refused('NOT_FOUND');
  context.holds.end(hold, 'confirmed', line.id);
  const { _id: reference, quantity, buyerId, unitPrice, currency } = hold;
  return moved(context, product, {
    _id: line.id,
    type: 'sale',
    delta: 0,
    soldDelta: quantity,
    reservedDelta: -quantity,
    reference,
    buyerId,
    unitPrice,
    currency,
  });
};

export const applyRelease = (context: LineContext, line: ReleaseLine): LineResult => {
  const hold = heldOf(context, line.holdId);
  return 'ok' in hold ? hold : backToStock(context, hold, 'released');
};

/**
 * Takes back every hold of the state that has expired, before anything is decided: whoever comes after the end of a hold finds its
 * units in stock, and whoever comes to confirm it finds it gone.
 */
export const takeBackExpired = (drafting: Drafting): void => {
  for (const hold of drafting.holds.expired(drafting.at)) {
    const command = { actorId: hold.buyerId, buyerId: hold.buyerId, showsProduct: false };
    backToStock({ ...drafting, command }, hold, 'expired');
  }
};
