import type { Request, RequestHandler, Response } from 'express';
import type { IdParams, PageQuery } from '../schemas/common.js';
import { idempotencyKeyOf } from '../schemas/idempotency.js';
import type { OrderInput, OrdersQuery, ProductIdParams } from '../schemas/order.js';
import type { Source } from '../services/cache/flights.js';
import type { OrderReads } from '../services/orders/order-reads.service.js';
import type { OrderService } from '../services/orders/order.service.js';
import { asksPastCache } from '../utils/cache-control.js';
import { cursorTag } from '../utils/cursor.js';
import { envelope } from '../utils/envelope.js';
import { callerOf, inputOf, requestIdOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { idPosition, pageOf } from './page.js';
import { reply, replyRaw } from './reply.js';
import { replySettled } from './settled.js';

export interface OrderControllerDeps {
  orders: OrderService;
  reads: OrderReads;
}

const cacheHeader: Readonly<Record<Source, string>> = { hit: 'HIT', miss: 'MISS', bypass: 'BYPASS' };

/** Who looks decides what is shown, so no cache on the way may keep it for another. */
const personal = 'private, no-cache';

const contextOf = (req: Request, res: Response) => ({
  authorization: req.headers.authorization ?? '',
  requestId: requestIdOf(res),
});

/** Orders over HTTP. */
export const createOrderController = ({ orders, reads }: OrderControllerDeps) => {
  const place: RequestHandler = async (req, res) => {
    const { body } = inputOf<{ body: OrderInput }>(res);
    const key = idempotencyKeyOf(req.headers['idempotency-key']);
    replySettled(res, await orders.place(callerOf(res), body, key, contextOf(req, res)));
  };

  const list: RequestHandler = async (_req, res) => {
    const { query } = inputOf<{ query: OrdersQuery }>(res);
    const { status, limit } = query;
    const tag = cursorTag(['orders', status ?? null]);
    const beforeId = idPosition(tag, query.cursor);
    const rows = await reads.list(callerOf(res), { status, limit: limit + 1, beforeId });
    const { page, meta } = pageOf(tag, rows, limit, ({ id }) => id);
    reply(res, 200, messages.ok, page, meta);
  };

  const get: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    reply(res, 200, messages.ok, await reads.get(callerOf(res), params.id));
  };

  const ofProduct: RequestHandler = async (req, res) => {
    const { params, query } = inputOf<{ params: ProductIdParams; query: PageQuery }>(res);
    const { limit } = query;
    const tag = cursorTag(['orders of product', params.productId]);
    const asked = { limit, beforeId: idPosition(tag, query.cursor), past: asksPastCache(req) };
    const { body, source } = await reads.ofProduct(callerOf(res), params.productId, asked, (rows) => {
      const { page, meta } = pageOf(tag, rows, limit, ({ id }) => id);
      return envelope(200, messages.ok, page, meta);
    });
    replyRaw(res, 200, body, { 'Cache-Control': personal, 'X-Cache': cacheHeader[source] });
  };

  const cancel: RequestHandler = async (req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    const key = idempotencyKeyOf(req.headers['idempotency-key']);
    replySettled(res, await orders.cancel(callerOf(res), params.id, key));
  };

  return { place, list, get, ofProduct, cancel };
};

export type OrderController = ReturnType<typeof createOrderController>;
