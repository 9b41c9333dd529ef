import { idParams } from '../common.js';
import { purchase } from '../ledger.js';
import { reservation } from '../reservation.js';
import { extendBody, reserveBody } from '../stock.js';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const tag = 'Reservations';
const keyed = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'] as const;
const shown = { data: reservation, example: sample.reservation } as const;

/** Units set aside for a while. */
export const reservationOperations = {
  'POST /products/:id/reservations': {
    ...{ id: 'reserveProduct', tag, summary: 'Set units aside', params: idParams, body: reserveBody },
    description: 'At the price of this moment. When its time is over, the units are on sale again.',
    bodies: { 'ten minutes': { quantity: 1 }, 'an hour': { quantity: 2, ttlSeconds: 3_600 } },
    headers: ['Idempotency-Key'],
    answers: [{ status: 201, says: 'The reservation', headers: ['Location', 'Idempotent-Replayed'], ...shown }],
    refusals: ['NOT_FOUND', 'INSUFFICIENT_STOCK', 'LIMIT_REACHED', 'SALE_NOT_OPEN', ...keyed],
  },
  'GET /reservations/:id': {
    ...{ id: 'getReservation', tag, summary: 'Show a reservation', params: idParams },
    answers: [{ status: 200, says: 'The reservation', ...shown }],
    refusals: ['NOT_FOUND'],
  },
  'POST /reservations/:id/confirm': {
    ...{ id: 'confirmReservation', tag, summary: 'Buy what is reserved', params: idParams },
    description: 'At the price of the reservation. Of one that is a purchase already, that purchase is the answer.',
    headers: ['Idempotency-Key'],
    answers: [
      {
        ...{ status: 201, says: 'The purchase', data: purchase, example: sample.purchase },
        headers: ['Location', 'Idempotent-Replayed'],
      },
    ],
    refusals: ['NOT_FOUND', 'RESERVATION_EXPIRED', ...keyed],
  },
  'PATCH /reservations/:id': {
    ...{ id: 'extendReservation', tag, summary: 'Let its time begin anew', params: idParams, body: extendBody },
    bodies: { 'ten minutes more': { ttlSeconds: 600 } },
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    answers: [{ status: 200, says: 'The reservation', ...shown }],
    refusals: ['NOT_FOUND', 'RESERVATION_EXPIRED'],
  },
  'DELETE /reservations/:id': {
    ...{ id: 'releaseReservation', tag, summary: 'Put its units back on sale', params: idParams },
    description: 'Of one that has ended otherwise than by a purchase there is nothing left to do.',
    answers: [{ status: 204, says: 'Its units are on sale' }],
    refusals: ['NOT_FOUND', 'RESERVATION_EXPIRED'],
  },
} as const satisfies Record<string, Operation>;
