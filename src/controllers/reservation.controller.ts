import type { RequestHandler } from 'express';
import type { IdParams } from '../schemas/common.js';
import { idempotencyKeyOf } from '../schemas/idempotency.js';
import type { ExtendInput, ReserveInput } from '../schemas/stock.js';
import type { ReservationService } from '../services/reservation.service.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { reply, replyEmpty } from './reply.js';
import { replySettled } from './settled.js';

export interface ReservationControllerDeps {
  reservations: ReservationService;
}

/** Reservations over HTTP. */
export const createReservationController = ({ reservations }: ReservationControllerDeps) => {
  const hold: RequestHandler = async (req, res) => {
    const { params, body } = inputOf<{ params: IdParams; body: ReserveInput }>(res);
    const key = idempotencyKeyOf(req.headers['idempotency-key']);
    replySettled(res, await reservations.hold(callerOf(res), params.id, body, key));
  };

  const get: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    reply(res, 200, messages.ok, await reservations.get(callerOf(res), params.id));
  };

  const confirm: RequestHandler = async (req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    const key = idempotencyKeyOf(req.headers['idempotency-key']);
    replySettled(res, await reservations.confirm(callerOf(res), params.id, key));
  };

  const extend: RequestHandler = async (_req, res) => {
    const { params, body } = inputOf<{ params: IdParams; body: ExtendInput }>(res);
    const extended = await reservations.extend(callerOf(res), params.id, body.ttlSeconds);
    reply(res, 200, messages.reservationExtended, extended);
  };

  const release: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    await reservations.release(callerOf(res), params.id);
    replyEmpty(res, 204);
  };

  return { hold, get, confirm, extend, release };
};

export type ReservationController = ReturnType<typeof createReservationController>;
