import type { Request, RequestHandler, Response } from 'express';
import type { IdParams } from '../schemas/common.js';
import { idempotencyKeyOf } from '../schemas/idempotency.js';
import type {
  CreateProductInput,
  GetProductQuery,
  ListProductsQuery,
  PatchProductInput,
  TopProductsQuery,
} from '../schemas/product.js';
import type { BestSellers } from '../services/best-sellers.service.js';
import type { ProductReads, ShownProduct } from '../services/product-reads.service.js';
import { etagOf } from '../services/product-view.js';
import type { ProductService } from '../services/product.service.js';
import { asksPastCache } from '../utils/cache-control.js';
import { versionsOf } from '../utils/entity-tags.js';
import { envelope, envelopeAround } from '../utils/envelope.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { adminContextOf } from './admin-context.js';
import { replyCached } from './reply-cached.js';
import { reply, replyEmpty } from './reply.js';
import { replySettled } from './settled.js';

export interface ProductControllerDeps {
  products: ProductService;
  reads: ProductReads;
  bestSellers: Pick<BestSellers, 'top'>;
}

/** The answer to a GET of one product, as it lies in the cache. */
const replyProduct = (req: Request, res: Response, { product, source }: ShownProduct): void => {
  const { etag, answer, bytes } = product;
  replyCached(req, res, { answer, etag, source, bytes });
};

/** The catalogue over HTTP. */
export const createProductController = ({ products, reads, bestSellers }: ProductControllerDeps) => {
  const create: RequestHandler = async (req, res) => {
    const { body } = inputOf<{ body: CreateProductInput }>(res);
    const key = idempotencyKeyOf(req.headers['idempotency-key']);
    replySettled(res, await products.create(callerOf(res), body, key));
  };

  const list: RequestHandler = async (req, res) => {
    const { query } = inputOf<{ query: ListProductsQuery }>(res);
    replyCached(req, res, await reads.list(query, asksPastCache(req)));
  };

  const top: RequestHandler = async (req, res) => {
    const { limit } = inputOf<{ query: TopProductsQuery }>(res).query;
    const { products: best, source } = await bestSellers.top(limit, asksPastCache(req));
    const answer = envelopeAround(200, messages.ok, `[${best.join(',')}]`, { limit, nextCursor: null });
    replyCached(req, res, { answer, source });
  };

  const getWithCreator = async (req: Request, res: Response, id: string): Promise<void> => {
    const { product, etag, source } = await reads.getWithCreator(id, asksPastCache(req));
    replyCached(req, res, { answer: envelope(200, messages.ok, product), etag, source });
  };

  const get = (req: Request, res: Response): Promise<void> | void => {
    const { params, query } = inputOf<{ params: IdParams; query: GetProductQuery }>(res);
    const { id } = params;
    if (query.include !== undefined) return getWithCreator(req, res, id);
    const past = asksPastCache(req);
    const copy = past ? undefined : reads.peek(id);
    if (copy === undefined) return reads.get(id, past).then((found) => replyProduct(req, res, found));
    replyProduct(req, res, copy);
    return undefined;
  };

  const patch: RequestHandler = async (req, res) => {
    const { params, body } = inputOf<{ params: IdParams; body: PatchProductInput }>(res);
    const product = await products.patch(params.id, body, versionsOf(req.headers['if-match']));
    reply(res, 200, messages.productUpdated, product, undefined, { ETag: etagOf(product) });
  };

  const remove: RequestHandler = async (req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    await products.remove(adminContextOf(res), params.id, versionsOf(req.headers['if-match']));
    replyEmpty(res, 204);
  };

  return { create, list, top, get, patch, remove };
};

export type ProductController = ReturnType<typeof createProductController>;
