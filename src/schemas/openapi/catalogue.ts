import { z } from 'zod';
import { idParams } from '../common.js';
import {
  createProductBody,
  getProductQuery,
  listProductsQuery,
  patchProductBody,
  product,
  productWithCreator,
  topProductsQuery,
} from '../product.js';
import type { Operation } from './operation.js';
import { sample } from './samples.js';

const tag = 'Products';
const cachedHeaders = ['ETag', 'X-Cache'] as const;
const readHeaders = ['If-None-Match', 'Cache-Control'] as const;
const notModified = { status: 304, says: 'Your copy is good', headers: cachedHeaders } as const;
const page = { data: z.array(product), paged: true, headers: cachedHeaders, example: [sample.product] } as const;

/** The catalogue. */
export const catalogueOperations = {
  'GET /products': {
    ...{ id: 'listProducts', tag, summary: 'List products' },
    description:
      'Newest first; with `q` by name. `q` finds words or their beginnings, in any order, and needs a letter or a digit; beside it only `sort=name` and `sort=-name` are possible. `minPrice` must not be above `maxPrice`. `inStock` and `sort=stock` read past the cache.',
    ...{ query: listProductsQuery, headers: readHeaders },
    answers: [{ status: 200, says: 'A page of products', ...page }, notModified],
  },
  'GET /products/top': {
    ...{ id: 'listBestSellers', tag, summary: 'List best sellers', query: topProductsQuery, headers: readHeaders },
    answers: [{ status: 200, says: 'Best sellers first; there is one page', ...page }, notModified],
  },
  'GET /products/:id': {
    ...{ id: 'getProduct', tag, summary: 'Show a product', params: idParams, query: getProductQuery },
    description: '`include=createdBy` shows who has made it in place of their id.',
    headers: readHeaders,
    answers: [
      {
        ...{ status: 200, says: 'The product', data: z.union([product, productWithCreator]) },
        ...{ headers: cachedHeaders, example: sample.product },
      },
      notModified,
    ],
    refusals: ['NOT_FOUND'],
  },
  'POST /products': {
    ...{ id: 'createProduct', tag, summary: 'Create a product' },
    description:
      'Its ledger begins with its stock. A sku is made up when none is given; a report of it is queued. `saleEndsAt` must be after `saleStartsAt`.',
    body: createProductBody,
    bodies: {
      least: { name: 'Concert ticket', price: 4_900, stock: 100 },
      all: {
        ...{ name: 'Poster', price: 1_500, stock: 20, sku: 'POSTER-1', currency: 'EUR', description: 'A2' },
        ...{ lowStockThreshold: 5, perCustomerLimit: 2, saleStartsAt: sample.at, saleEndsAt: null, tags: ['print'] },
      },
    },
    headers: ['Idempotency-Key'],
    answers: [
      {
        ...{ status: 201, says: 'The product', data: product, example: sample.product },
        headers: ['Location', 'Idempotent-Replayed'],
      },
    ],
    refusals: ['DUPLICATE_SKU', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS'],
  },
  'PATCH /products/:id': {
    ...{ id: 'updateProduct', tag, summary: 'Edit a product', params: idParams, body: patchProductBody },
    description: 'A merge patch (RFC 7396): what is absent stays, null clears. Stock moves by its own calls.',
    bodies: { price: { price: 5_200 }, clear: { perCustomerLimit: null, tags: null } },
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    headers: ['If-Match'],
    answers: [
      { status: 200, says: 'The product as it is now', data: product, headers: ['ETag'], example: sample.product },
    ],
    refusals: ['NOT_FOUND', 'DUPLICATE_SKU', 'VERSION_MISMATCH'],
  },
  'DELETE /products/:id': {
    ...{ id: 'deleteProduct', tag, summary: 'Take a product off the catalogue', params: idParams },
    description: 'Its ledger and its orders stay readable; nothing of it can be bought any more.',
    headers: ['If-Match'],
    answers: [{ status: 204, says: 'It is gone' }],
    refusals: ['NOT_FOUND', 'PRODUCT_IN_USE', 'VERSION_MISMATCH'],
  },
} as const satisfies Record<string, Operation>;
