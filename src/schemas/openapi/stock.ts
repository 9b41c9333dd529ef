import { z } from 'zod';
import { idParams, pageQuery } from '../common.js';
import { audit, movement, purchase, stockChange, stockChanges } from '../ledger.js';
import { movementsQuery, purchaseBody, stockBatchBody, stockBody } from '../stock.js';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const keyed = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'] as const;
const { id, sku, stock, reserved, sold, version, seq } = sample.product;
const numbers = { id, sku, stock, reserved, sold, version, seq };

/** Purchases, stock changes and the ledger. */
export const stockOperations = {
  'POST /products/:id/purchase': {
    ...{ id: 'purchaseProduct', tag: 'Purchases', summary: 'Buy units of a product', params: idParams },
    description:
      'Decided at once, first come first served. Give `price` to be refused when it is no longer what you expect. Without a body, one unit.',
    body: purchaseBody,
    bodies: { one: {}, 'two at a price': { quantity: 2, price: 4_900 } },
    headers: ['Idempotency-Key'],
    answers: [
      {
        ...{ status: 201, says: 'The purchase', data: purchase, example: sample.purchase },
        headers: ['Location', 'Idempotent-Replayed'],
      },
    ],
    refusals: ['NOT_FOUND', 'INSUFFICIENT_STOCK', 'PRICE_CHANGED', 'LIMIT_REACHED', 'SALE_NOT_OPEN', ...keyed],
  },
  'GET /purchases': {
    ...{ id: 'listPurchases', tag: 'Purchases', summary: 'List purchases', query: pageQuery },
    description: 'Newest first; managers and admins see everybody’s.',
    answers: [
      { status: 200, says: 'A page of purchases', data: z.array(purchase), paged: true, example: [sample.purchase] },
    ],
  },
  'GET /purchases/:id': {
    ...{ id: 'getPurchase', tag: 'Purchases', summary: 'Show a purchase', params: idParams },
    answers: [{ status: 200, says: 'The purchase', data: purchase, example: sample.purchase }],
    refusals: ['NOT_FOUND'],
  },
  'POST /products/:id/stock': {
    ...{ id: 'changeStock', tag: 'Stock', summary: 'Change a product’s stock', params: idParams, body: stockBody },
    description: 'By `delta`, or by a stocktake that finds `count` where `expectedStock` was thought to be.',
    bodies: {
      delivery: { delta: 20, reason: 'delivery', reference: 'DN-1042' },
      stocktake: { count: 95, expectedStock: 97, reason: 'stocktake' },
    },
    headers: ['Idempotency-Key'],
    answers: [
      {
        ...{ status: 200, says: 'The product and the new line of its ledger', data: stockChange },
        ...{ headers: ['Idempotent-Replayed'], example: { product: sample.product, movement: sample.movement } },
      },
    ],
    refusals: ['NOT_FOUND', 'INSUFFICIENT_STOCK', 'STOCK_CHANGED', ...keyed],
  },
  'POST /stock/batch': {
    ...{ id: 'changeStockBatch', tag: 'Stock', summary: 'Change the stock of many products', body: stockBatchBody },
    description: 'All changes or none, up to 1000; a refused one is named in `details`.',
    bodies: { delivery: { changes: [{ productId: sample.ids.product, delta: 20, reason: 'delivery' }] } },
    headers: ['Idempotency-Key'],
    answers: [
      {
        ...{ status: 200, says: 'What has changed, in the order of the lines', data: stockChanges },
        ...{
          headers: ['Idempotent-Replayed'],
          example: { changes: [{ product: numbers, movement: sample.movement }] },
        },
      },
    ],
    refusals: ['NOT_FOUND', 'INSUFFICIENT_STOCK', ...keyed],
  },
  'GET /products/:id/movements': {
    ...{
      id: 'listMovements',
      tag: 'Stock',
      summary: 'List a product’s ledger',
      params: idParams,
      query: movementsQuery,
    },
    description: 'Newest line first; of a deleted product too.',
    answers: [
      { status: 200, says: 'A page of the ledger', data: z.array(movement), paged: true, example: [sample.movement] },
    ],
    refusals: ['NOT_FOUND'],
  },
  'GET /products/:id/audit': {
    ...{ id: 'auditProduct', tag: 'Stock', summary: 'Hold a product against its ledger', params: idParams },
    answers: [{ status: 200, says: 'What the ledger comes to', data: audit, example: sample.audit }],
    refusals: ['NOT_FOUND'],
  },
} as const satisfies Record<string, Operation>;
