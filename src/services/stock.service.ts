import type { MovementQueries } from '../models/movement-queries.js';
import type { Answer } from '../models/command.model.js';
import type { MovementView } from '../schemas/ledger.js';
import type { StockBatchInput, StockInput } from '../schemas/stock.js';
import type { Caller } from '../utils/caller.js';
import { envelope } from '../utils/envelope.js';
import { AppError } from '../utils/errors.js';
import { messages } from '../utils/messages.js';
import type { MovementType } from '../utils/movement-types.js';
import { requestHash } from '../utils/request-hash.js';
import { newId } from '../utils/uuid.js';
import { keyedCommand } from './keyed-command.js';
import { movementView } from './movement-view.js';
import { productView } from './product-view.js';
import type { AppliedLine, StockLine } from './stock-engine/commands.js';
import type { Settled, StockEngine } from './stock-engine/stock-engine.js';

export interface StockDependencies {
  engine: Pick<StockEngine, 'submit'>;
  ledger: Pick<MovementQueries, 'ofProduct' | 'productExists'>;
}

const changed = ({ product, movement }: AppliedLine) => ({
  product: productView(product),
  movement: movementView(movement),
});

const ok = (data: unknown): Answer => ({
  status: 200,
  body: envelope(200, messages.stockChanged, data),
  location: null,
});

const oneAnswer = ([line]: readonly AppliedLine[]): Answer => {
  if (!line) throw new AppError('INTERNAL');
  return ok(changed(line));
};

/**
 * The numbers alone: with a thousand whole products, the answer could pass the 16 MiB that MongoDB takes as one document, and it is
 * kept as one.
 */
const changedNumbers = ({ product, movement }: AppliedLine) => {
  const { _id: id, sku, stock, reserved, sold, version, seq } = product;
  return { product: { id, sku, stock, reserved, sold, version, seq }, movement: movementView(movement) };
};

const batchAnswer = (lines: readonly AppliedLine[]): Answer => ok({ changes: lines.map(changedNumbers) });

const lineOf = (productId: string, input: StockInput): StockLine => {
  const { delta, count, expectedStock = null, reason, reference = null } = input;
  if (count !== undefined) return { type: 'count', id: newId(), productId, count, expectedStock, reason, reference };
  return { type: 'adjustment', id: newId(), productId, delta: delta ?? 0, reason, reference };
};

/** What all commands of managers have in common: nobody buys, and the answer shows the products. */
const managed = { buyerId: null, showsProduct: true } as const;

export const createStockService = ({ engine, ledger }: StockDependencies) => ({
  /**
   * Changes one product's stock by a delta or by a stocktake.
   * @throws AppError NOT_FOUND, INSUFFICIENT_STOCK (it would fall below zero), STOCK_CHANGED (it is not what was
   * expected), VALIDATION_FAILED (it would pass the bound), IDEMPOTENCY_KEY_REUSED, UNAVAILABLE
   */
  change: (caller: Caller, productId: string, input: StockInput, key: string | undefined): Promise<Settled> =>
    engine.submit(
      keyedCommand(caller, key, {
        ...managed,
        kind: 'adjust',
        hash: requestHash('adjust', productId, input),
        lines: [lineOf(productId, input)],
        answer: oneAnswer,
      }),
    ),

  /**
   * Carries out all changes or none; a refusal's details say which line was refused.
   * @throws AppError as `change`
   */
  changeAll: (caller: Caller, { changes }: StockBatchInput, key: string | undefined): Promise<Settled> =>
    engine.submit(
      keyedCommand(caller, key, {
        ...managed,
        kind: 'batch',
        hash: requestHash('batch', changes),
        lines: changes.map(({ productId, ...input }) => lineOf(productId, input)),
        answer: batchAnswer,
      }),
    ),

  /**
   * A product's ledger, newest line first, below `beforeSeq`.
   * @throws AppError NOT_FOUND when there never was such a product.
   */
  movements: async (
    productId: string,
    options: { type?: MovementType | undefined; beforeSeq?: number | undefined; limit: number },
  ): Promise<MovementView[]> => {
    const lines = await ledger.ofProduct(productId, options);
    if (lines.length === 0 && !(await ledger.productExists(productId))) throw new AppError('NOT_FOUND');
    return lines.map(movementView);
  },
});

export type StockService = ReturnType<typeof createStockService>;
