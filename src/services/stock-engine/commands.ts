import type { Answer, StoredAnswer } from '../../models/command.model.js';
import type { MovementDocument } from '../../models/movement.model.js';
import type { ProductDocument } from '../../models/product.model.js';
import type { ErrorCode } from '../../utils/errors.js';

/** The first line of a product's ledger; `product.stock` is what it starts with. */
export interface InitialLine {
  type: 'initial';
  id: string;
  product: ProductDocument;
}

/** Units that leave to a buyer; `price` is the price that the buyer expects, in minor units, or null. */
export interface SaleLine {
  type: 'sale';
  id: string;
  productId: string;
  quantity: number;
  price: number | null;
}

/** Units that come in (delta > 0) or are written off (delta < 0). */
export interface AdjustmentLine {
  type: 'adjustment';
  id: string;
  productId: string;
  delta: number;
  reason: string;
  reference: string | null;
}

/** A stocktake: stock becomes `count`, provided that it still is `expectedStock` where that is given. */
export interface CountLine {
  type: 'count';
  id: string;
  productId: string;
  count: number;
  expectedStock: number | null;
  reason: string;
  reference: string | null;
}

/** One line of a command; `id` becomes the id of its ledger line, in whatever attempt it is written. */
export type StockLine = InitialLine | SaleLine | AdjustmentLine | CountLine;

/**
 * What makes a repeat recognisable. `stored`: `id` is `actorId:key` and the answer is kept under it. `line`: `id` is the
 * id of a ledger line, which a 503 handed out as the key of a purchase that came without one; the line itself is
 * the record, and the answer is made from it again.
 */
export interface CommandKey {
  kind: 'stored' | 'line';
  id: string;
}

/** A line that has been applied: its ledger line, and the product as it is after it. */
export interface AppliedLine {
  movement: MovementDocument;
  product: ProductDocument;
}

/** One wish to move stock: all its lines or none. The only way in for whatever moves stock. */
export interface StockCommand {
  kind: 'create' | 'purchase' | 'adjust' | 'batch';
  key: CommandKey | null;
  /** Of the request, to tell a repeat from another request under the same key. */
  hash: string;
  /** The key that a caller is handed when the outcome cannot be told in time. */
  retryKey: string;
  actorId: string;
  /** The customer whose limits count; null where nobody buys. */
  buyerId: string | null;
  lines: readonly StockLine[];
  /** Whether the answer shows whole products, so that they must be read whole. */
  showsProduct: boolean;
  /** The answer once every line is applied, in the order of `lines`; pure. */
  answer: (applied: readonly AppliedLine[]) => Answer;
  /** The answer that a ledger line under this command's `line` key stands for, with the hash of its request. */
  answerOfLine?: (movement: MovementDocument) => StoredAnswer;
}

/** Why a command got nothing; becomes an `AppError` for its caller. */
export interface Refusal {
  code: ErrorCode;
  details?: unknown;
}

export type Outcome = { ok: true; answer: Answer; replayed: boolean } | { ok: false; refusal: Refusal };
