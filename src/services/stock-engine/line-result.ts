import type { MovementDocument } from '../../models/movement.model.js';
import type { ProductDocument } from '../../models/product.model.js';
import type { AppliedLine, Refusal, StockCommand } from './commands.js';
import type { CustomerTally } from './customer-tally.js';
import type { HoldDraft } from './hold-draft.js';
import type { LedgerDraft } from './ledger-draft.js';

/** `applied` is null of a line that moves nothing itself. */
export type LineResult = { ok: true; applied: AppliedLine | null } | { ok: false; refusal: Refusal };

/** What a batch has come to so far, and its time. */
export interface Drafting {
  draft: LedgerDraft;
  tally: CustomerTally;
  holds: HoldDraft;
  at: Date;
}

export interface LineContext extends Drafting {
  command: Pick<StockCommand, 'actorId' | 'buyerId' | 'showsProduct'>;
}

export const refused = (code: Refusal['code'], details?: unknown): LineResult => ({
  ok: false,
  refusal: details === undefined ? { code } : { code, details },
});

type MovementFields = Partial<MovementDocument> & Pick<MovementDocument, '_id' | 'type' | 'delta'>;

/** Writes a line of the ledger and moves the product by it. */
export const moved = (
  { draft, command, at }: LineContext,
  product: ProductDocument,
  fields: MovementFields,
): LineResult => {
  const movement: MovementDocument = {
    productId: product._id,
    seq: product.seq + 1,
    soldDelta: 0,
    reservedDelta: 0,
    stockAfter: product.stock + fields.delta,
    reason: null,
    reference: null,
    actorId: command.actorId,
    buyerId: null,
    unitPrice: null,
    currency: null,
    createdAt: at,
    ...fields,
  };
  draft.move(product, movement);
  return { ok: true, applied: { movement, product: command.showsProduct ? { ...product, updatedAt: at } : product } };
};

/** Counts units for a customer, less than none when they go back, where anybody counts. */
export const countUnits = ({ tally }: Drafting, product: ProductDocument, buyerId: string, units: number): void => {
  if (product.limitHistory !== 'none') tally.count(product._id, buyerId, units);
};
