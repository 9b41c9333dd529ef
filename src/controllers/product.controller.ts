import type { Request, RequestHandler, Response } from 'express';
import type { IdParams } from '../schemas/common.js';
import { idempotencyKeyOf } from '../schemas/idempotency.js';
import type { CreateProductInput, GetProductQuery, ListProductsQuery, PatchProductInput } from '../schemas/product.js';
import { etagOf } from '../services/product-view.js';
import type { ProductService } from '../services/product.service.js';
import { notModified, versionsOf } from '../utils/entity-tags.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { reply, replyEmpty } from './reply.js';
import { replySettled } from './settled.js';

export interface ProductControllerDeps {
  products: ProductService;
}

/** Whoever keeps a copy asks again before using it, and this service has read the database itself. */
const uncached = { 'Cache-Control': 'no-cache', 'X-Cache': 'BYPASS' } as const;

/** The catalogue over HTTP. */
export const createProductController = ({ products }: ProductControllerDeps) => {
  const create: RequestHandler = async (req, res) => {
    const { body } = inputOf<{ body: CreateProductInput }>(res);
    const key = idempotencyKeyOf(req.headers['idempotency-key']);
    replySettled(res, await products.create(callerOf(res), body, key));
  };

  const list: RequestHandler = async (_req, res) => {
    const { query } = inputOf<{ query: ListProductsQuery }>(res);
    const { products: page, nextCursor } = await products.list(query);
    reply(res, 200, messages.ok, page, { limit: query.limit, nextCursor }, uncached);
  };

  const get = async (req: Request, res: Response): Promise<void> => {
    const { params, query } = inputOf<{ params: IdParams; query: GetProductQuery }>(res);
    const product = await (query.include === undefined ? products.get(params.id) : products.getWithCreator(params.id));
    const etag = etagOf(product);
    const headers = { ETag: etag, ...uncached };
    if (notModified(req.headers['if-none-match'], etag)) replyEmpty(res, 304, headers);
    else reply(res, 200, messages.ok, product, undefined, headers);
  };

  const patch: RequestHandler = async (req, res) => {
    const { params, body } = inputOf<{ params: IdParams; body: PatchProductInput }>(res);
    const product = await products.patch(params.id, body, versionsOf(req.headers['if-match']));
    reply(res, 200, messages.productUpdated, product, undefined, { ETag: etagOf(product) });
  };

  const remove: RequestHandler = async (req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    await products.remove(params.id, versionsOf(req.headers['if-match']));
    replyEmpty(res, 204);
  };

  return { create, list, get, patch, remove };
};

export type ProductController = ReturnType<typeof createProductController>;
