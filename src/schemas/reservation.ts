import { z } from 'zod';
import { amount, id, time } from './common.js';

/** A hold begins as `held` and ends once, as one of the others. */
export const holdStatuses = ['held', 'confirmed', 'released', 'expired'] as const;
export type HoldStatus = (typeof holdStatuses)[number];

/** A hold as the API shows it. */
export const reservation = z
  .strictObject({ id, productId: id, quantity: amount, status: z.enum(holdStatuses), expiresAt: time })
  .meta({ id: 'Reservation' });
export type ReservationView = z.infer<typeof reservation>;
