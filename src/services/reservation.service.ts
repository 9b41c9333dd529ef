import type { Answer } from '../models/command.model.js';
import type { HoldQueries } from '../models/hold-queries.js';
import type { HoldDocument } from '../models/hold.model.js';
import type { MovementQueries } from '../models/movement-queries.js';
import type { HoldStatus, ReservationView } from '../schemas/reservation.js';
import type { ReserveInput } from '../schemas/stock.js';
import type { Caller } from '../utils/caller.js';
import { envelope } from '../utils/envelope.js';
import { AppError } from '../utils/errors.js';
import { messages } from '../utils/messages.js';
import { newId } from '../utils/uuid.js';
import { keyedCommand } from './keyed-command.js';
import { saleAnswer } from './sale-answer.js';
import type { AppliedLine, StockCommand } from './stock-engine/commands.js';
import type { Settled, StockEngine } from './stock-engine/stock-engine.js';

export interface ReservationDependencies {
  engine: Pick<StockEngine, 'submit'>;
  holds: Pick<HoldQueries, 'find' | 'extend'>;
  ledger: Pick<MovementQueries, 'sale'>;
  now?: () => Date;
}

/** Past its time it is expired, whether or not somebody has taken its units back yet. */
const statusAt = ({ status, expiresAt }: HoldDocument, at: Date): HoldStatus =>
  status === 'held' && expiresAt <= at ? 'expired' : status;

const viewOf = (hold: HoldDocument, at: Date): ReservationView => ({
  id: hold._id,
  productId: hold.productId,
  quantity: hold.quantity,
  status: statusAt(hold, at),
  expiresAt: hold.expiresAt.toISOString(),
});

const ended = (status: HoldStatus): AppError => new AppError('RESERVATION_EXPIRED', { details: { status } });

/** How the hold has ended that a command came too late for; undefined when it was refused for something else. */
const endIn = (error: unknown): HoldStatus | undefined =>
  error instanceof AppError && error.code === 'RESERVATION_EXPIRED'
    ? (error.details as { status: HoldStatus }).status
    : undefined;

const heldAnswer =
  (ttlMs: number) =>
  ([line]: readonly AppliedLine[]): Answer => {
    if (!line) throw new AppError('INTERNAL');
    const { _id: id, productId, reservedDelta: quantity, createdAt } = line.movement;
    const expiresAt = new Date(createdAt.getTime() + ttlMs).toISOString();
    const view: ReservationView = { id, productId, quantity, status: 'held', expiresAt };
    return { status: 201, body: envelope(201, messages.reserved, view), location: `/api/v1/reservations/${id}` };
  };

const confirmedAnswer = ([line]: readonly AppliedLine[]): Answer => {
  if (!line) throw new AppError('INTERNAL');
  return saleAnswer(line.movement);
};

const releasedAnswer: Answer = { status: 204, body: '', location: null };

const releaseCommand = (
  caller: Caller,
  { _id: holdId, productId, buyerId, releaseId }: HoldDocument,
): StockCommand => ({
  kind: 'release',
  key: null,
  hash: '',
  retryKey: holdId,
  actorId: caller.id,
  buyerId,
  lines: [{ type: 'release', id: releaseId, holdId, productId }],
  showsProduct: false,
  answer: () => releasedAnswer,
});

/** Units set aside for a customer for a while, at the price of that moment. */
export const createReservationService = (deps: ReservationDependencies) => {
  const { engine, holds, ledger, now = () => new Date() } = deps;

  /** The hold, for its owner, a manager or an admin; for anybody else there is none. */
  const load = async (caller: Caller, id: string): Promise<HoldDocument> => {
    const hold = await holds.find(id);
    if (!hold || (hold.buyerId !== caller.id && caller.role === 'user')) throw new AppError('NOT_FOUND');
    return hold;
  };

  /** The purchase that a hold has become already. */
  const purchaseOf = async (id: string): Promise<Settled> => {
    const hold = await holds.find(id);
    const sale = hold?.saleId == null ? null : await ledger.sale(hold.saleId);
    if (!sale) throw new AppError('INTERNAL');
    return { ...saleAnswer(sale), replayed: true };
  };

  return {
    /**
     * Sets units aside for the caller.
     * @throws AppError NOT_FOUND, SALE_NOT_OPEN, LIMIT_REACHED, INSUFFICIENT_STOCK, IDEMPOTENCY_KEY_REUSED, UNAVAILABLE
     */
    hold: (
      caller: Caller,
      productId: string,
      { quantity, ttlSeconds }: ReserveInput,
      key: string | undefined,
    ): Promise<Settled> => {
      const ttlMs = ttlSeconds * 1000;
      return engine.submit(
        keyedCommand(caller, key, {
          kind: 'reserve',
          buyerId: caller.id,
          showsProduct: false,
          hash: `reserve ${productId} ${String(quantity)} ${String(ttlSeconds)}`,
          lines: [{ type: 'reserve', id: newId(), productId, quantity, releaseId: newId(), ttlMs }],
          answer: heldAnswer(ttlMs),
        }),
      );
    },

    /** @throws AppError NOT_FOUND */
    get: async (caller: Caller, id: string): Promise<ReservationView> => viewOf(await load(caller, id), now()),

    /**
     * Makes a hold a purchase, at the price of the hold. Of one that is a purchase already, that purchase is the answer.
     * @throws AppError NOT_FOUND, RESERVATION_EXPIRED (`details: { status }`: expired or released), IDEMPOTENCY_KEY_REUSED, UNAVAILABLE
     */
    confirm: async (caller: Caller, id: string, key: string | undefined): Promise<Settled> => {
      const { productId, buyerId } = await load(caller, id);
      const command = keyedCommand(caller, key, {
        kind: 'confirm',
        buyerId,
        showsProduct: false,
        hash: `confirm ${id}`,
        lines: [{ type: 'confirm', id: newId(), holdId: id, productId }],
        answer: confirmedAnswer,
      });
      try {
        return await engine.submit(command);
      } catch (error) {
        if (endIn(error) !== 'confirmed') throw error;
        return purchaseOf(id);
      }
    },

    /**
     * Lets a hold's time begin anew. That moves no stock, so it does not go through the engine.
     * @throws AppError NOT_FOUND, RESERVATION_EXPIRED (`details: { status }`)
     */
    extend: async (caller: Caller, id: string, ttlSeconds: number): Promise<ReservationView> => {
      await load(caller, id);
      const at = now();
      const extended = await holds.extend(id, at, new Date(at.getTime() + ttlSeconds * 1000));
      if (extended) return viewOf(extended, at);
      throw ended(statusAt(await load(caller, id), at));
    },

    /**
     * Puts a hold's units back into stock; of one that has expired or been released there is nothing left to do.
     * @throws AppError NOT_FOUND, RESERVATION_EXPIRED (`details.status` confirmed: it is a purchase by now), UNAVAILABLE
     */
    release: async (caller: Caller, id: string): Promise<void> => {
      const hold = await load(caller, id);
      try {
        await engine.submit(releaseCommand(caller, hold));
      } catch (error) {
        const end = endIn(error);
        if (end === undefined || end === 'confirmed') throw error;
      }
    },
  };
};

export type ReservationService = ReturnType<typeof createReservationService>;
