import type { Answer } from '../models/command.model.js';
import type { MovementDocument } from '../models/movement.model.js';
import { envelope } from '../utils/envelope.js';
import { messages } from '../utils/messages.js';
import { purchaseView } from './movement-view.js';

/** What a buyer is told of a purchase, now and whenever it is asked for again. */
export const saleAnswer = (sale: MovementDocument): Answer => ({
  status: 201,
  body: envelope(201, messages.purchased, purchaseView(sale)),
  location: `/api/v1/purchases/${sale._id}`,
});
