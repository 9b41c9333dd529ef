import type { Answer, StoredAnswer } from '../../models/command.model.js';
import type { MovementDocument } from '../../models/movement.model.js';
import type { OutboxJob } from '../../models/outbox.model.js';
import type { ProductDocument } from '../../models/product.model.js';
import type { DomainEvent } from '../../schemas/events.js';
import type { ErrorCode } from '../../utils/errors.js';

/** The first line of a product's ledger; `product.stock` is what it starts with. */
export interface InitialLine {
  type: 'initial';
  id: string;
  product: ProductDocument;
}

/** Terms that were agreed upon before the sale, and what they were agreed in: an order or a reservation. */
export interface AgreedTerms {
  /** In minor units of `currency`. */
  unitPrice: number;
  currency: string;
  reference: string;
}

/**
 * Units that leave to a buyer. `price` is the price that the buyer expects, in minor units, or null; `agreed` is what they pay
 * whatever the price is by now.
 */
export interface SaleLine {
  type: 'sale';
  id: string;
  productId: string;
  quantity: number;
  price: number | null;
  agreed?: AgreedTerms;
}

/** Units that an order gives back. */
export interface OrderReturnLine {
  type: 'return';
  id: string;
  productId: string;
  quantity: number;
  agreed: AgreedTerms;
}

/** Units that are set aside for a customer; `id` is also the hold's, and `releaseId` of the line by which they may go back. */
export interface ReserveLine {
  type: 'reserve';
  id: string;
  productId: string;
  quantity: number;
  releaseId: string;
  ttlMs: number;
}

/** Units of a hold that its customer buys. */
export interface ConfirmLine {
  type: 'confirm';
  id: string;
  holdId: string;
  productId: string;
}

/** Units of a hold that go back into stock; `id` is the hold's `releaseId`. */
export interface ReleaseLine {
  type: 'release';
  id: string;
  holdId: string;
  productId: string;
}

/** A look at a product whose holds have expired: taking them back is what every batch does first. */
export interface ExpireLine {
  type: 'expire';
  id: string;
  productId: string;
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
export type StockLine =
  | InitialLine
  | SaleLine
  | OrderReturnLine
  | ReserveLine
  | ConfirmLine
  | ReleaseLine
  | ExpireLine
  | AdjustmentLine
  | CountLine;

/**
 * What makes a repeat recognisable. `stored`: `id` is `actorId:key` and the answer is kept under it. `line`: `id` is the
 * id of a ledger line, which a 503 handed out as the key of a purchase that came without one; the line itself is
 * the record, and the answer is made from it again. `order`: `id` is an order's, and what is kept of the order decides.
 */
export interface CommandKey {
  kind: 'stored' | 'line' | 'order';
  id: string;
}

/** A line that has been applied: its ledger line, and the product as it is after it. */
export interface AppliedLine {
  movement: MovementDocument;
  product: ProductDocument;
}

/** One wish to move stock: all its lines or none. The only way in for whatever moves stock. */
export interface StockCommand {
  kind: 'create' | 'purchase' | 'adjust' | 'batch' | 'reserve' | 'confirm' | 'release' | 'expire' | 'order' | 'cancel';
  key: CommandKey | null;
  /** Of the request, to tell a repeat from another request under the same key. */
  hash: string;
  /** The key that a caller is handed when the outcome cannot be told in time. */
  retryKey: string;
  actorId: string;
  /** The customer whose limits count; null where nobody buys. */
  buyerId: string | null;
  lines: readonly StockLine[];
  /** Background jobs that follow once the command is written, in the same transaction; a replay has none. */
  jobs?: readonly OutboxJob[];
  /** What is announced once the command is written, in the same transaction; a replay announces nothing. */
  announces?: readonly DomainEvent[];
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
