import { z } from 'zod';
import { idParams, pageQuery } from '../common.js';
import { order, orderBody, ordersQuery, productIdParams } from '../order.js';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const tag = 'Orders';
const keyed = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'] as const;
const shown = { data: order, example: sample.order } as const;
const page = {
  says: 'A page of orders, newest first',
  data: z.array(order),
  paged: true,
  example: [sample.order],
} as const;
const productId = sample.ids.product;

/** Orders of one or many products. */
export const orderOperations = {
  'POST /orders': {
    ...{ id: 'placeOrder', tag, summary: 'Place an order', body: orderBody },
    description:
      'Of one product, or of up to 50 items of one currency. Priced at once; its stock is taken or refused as a whole a moment later, by which the order becomes `confirmed` or `rejected`.',
    bodies: {
      'one product': { productId, quantity: 2 },
      items: { items: [{ productId, quantity: 2, price: 4_900 }] },
    },
    headers: ['Idempotency-Key'],
    answers: [{ status: 201, says: 'The order', headers: ['Location', 'Idempotent-Replayed'], ...shown }],
    refusals: ['NOT_FOUND', 'PRICE_CHANGED', 'FORBIDDEN', ...keyed],
  },
  'GET /orders': {
    ...{ id: 'listOrders', tag, summary: 'List orders', query: ordersQuery },
    description: 'Managers and admins see everybody’s.',
    answers: [{ status: 200, ...page }],
  },
  'GET /orders/product/:productId': {
    ...{
      id: 'listOrdersOfProduct',
      tag,
      summary: 'List a product’s orders',
      params: productIdParams,
      query: pageQuery,
    },
    description: 'Cached, and right after every change of an order. Managers and admins see everybody’s.',
    headers: ['Cache-Control'],
    answers: [{ status: 200, headers: ['X-Cache'], ...page }],
  },
  'GET /orders/:id': {
    ...{ id: 'getOrder', tag, summary: 'Show an order', params: idParams },
    answers: [{ status: 200, says: 'The order', ...shown }],
    refusals: ['NOT_FOUND'],
  },
  'POST /orders/:id/cancel': {
    ...{ id: 'cancelOrder', tag, summary: 'Cancel an order', params: idParams },
    description:
      'Stock that was taken, or is just being taken, goes back exactly once. A cancelled one stays cancelled.',
    headers: ['Idempotency-Key'],
    answers: [{ status: 200, says: 'The order', headers: ['Idempotent-Replayed'], ...shown }],
    refusals: ['NOT_FOUND', 'ORDER_STATE', ...keyed],
  },
} as const satisfies Record<string, Operation>;
