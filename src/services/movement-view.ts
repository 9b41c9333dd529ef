import type { MovementDocument } from '../models/movement.model.js';
import type { MovementView, PurchaseView } from '../schemas/ledger.js';

/** A line of the ledger as the API shows it. */
export const movementView = (movement: MovementDocument): MovementView => ({
  id: movement._id,
  productId: movement.productId,
  seq: movement.seq,
  type: movement.type,
  delta: movement.delta,
  stockAfter: movement.stockAfter,
  reason: movement.reason,
  reference: movement.reference,
  actorId: movement.actorId,
  createdAt: movement.createdAt.toISOString(),
});

/** A purchase as the API shows it: the sale's line of the ledger, seen by its buyer. Money in minor units. */
export const purchaseView = (sale: MovementDocument): PurchaseView => ({
  id: sale._id,
  productId: sale.productId,
  quantity: sale.soldDelta,
  unitPrice: sale.unitPrice ?? 0,
  total: sale.soldDelta * (sale.unitPrice ?? 0),
  currency: sale.currency ?? '',
  stockAfter: sale.stockAfter,
  createdAt: sale.createdAt.toISOString(),
});
