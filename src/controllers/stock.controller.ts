import type { RequestHandler } from 'express';
import type { IdParams, PageQuery } from '../schemas/common.js';
import { idempotencyKeyOf } from '../schemas/idempotency.js';
import type { MovementsQuery, PurchaseInput, StockBatchInput, StockInput } from '../schemas/stock.js';
import type { AuditService } from '../services/audit.service.js';
import type { PurchaseService } from '../services/purchase.service.js';
import type { StockService } from '../services/stock.service.js';
import { cursorTag } from '../utils/cursor.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { messages } from '../utils/messages.js';
import { idPosition, numberPosition, pageOf } from './page.js';
import { reply } from './reply.js';
import { replySettled } from './settled.js';

export interface StockControllerDeps {
  purchases: PurchaseService;
  stock: StockService;
  audits: Pick<AuditService, 'audit'>;
}

/** Everything that moves stock, and the ledger of it. */
export const createStockController = ({ purchases, stock, audits }: StockControllerDeps) => {
  const purchase: RequestHandler = async (req, res) => {
    const { params, body } = inputOf<{ params: IdParams; body: PurchaseInput }>(res);
    const wish = { productId: params.id, quantity: body.quantity, price: body.price };
    replySettled(res, await purchases.buy(callerOf(res), wish, idempotencyKeyOf(req.headers['idempotency-key'])));
  };

  const listPurchases: RequestHandler = async (_req, res) => {
    const { query } = inputOf<{ query: PageQuery }>(res);
    const beforeId = idPosition('purchases', query.cursor);
    const rows = await purchases.list(callerOf(res), query.limit + 1, beforeId);
    const { page, meta } = pageOf('purchases', rows, query.limit, ({ id }) => id);
    reply(res, 200, messages.ok, page, meta);
  };

  const getPurchase: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    reply(res, 200, messages.ok, await purchases.get(callerOf(res), params.id));
  };

  const change: RequestHandler = async (req, res) => {
    const { params, body } = inputOf<{ params: IdParams; body: StockInput }>(res);
    replySettled(
      res,
      await stock.change(callerOf(res), params.id, body, idempotencyKeyOf(req.headers['idempotency-key'])),
    );
  };

  const changeAll: RequestHandler = async (req, res) => {
    const { body } = inputOf<{ body: StockBatchInput }>(res);
    replySettled(res, await stock.changeAll(callerOf(res), body, idempotencyKeyOf(req.headers['idempotency-key'])));
  };

  const listMovements: RequestHandler = async (_req, res) => {
    const { params, query } = inputOf<{ params: IdParams; query: MovementsQuery }>(res);
    const { type, limit } = query;
    const list = cursorTag(['movements', params.id, type ?? null]);
    const beforeSeq = numberPosition(list, query.cursor);
    const rows = await stock.movements(params.id, { type, beforeSeq, limit: limit + 1 });
    const { page, meta } = pageOf(list, rows, limit, ({ seq }) => seq);
    reply(res, 200, messages.ok, page, meta);
  };

  const audit: RequestHandler = async (_req, res) => {
    const { params } = inputOf<{ params: IdParams }>(res);
    reply(res, 200, messages.ok, await audits.audit(params.id));
  };

  return { purchase, listPurchases, getPurchase, change, changeAll, listMovements, audit };
};

export type StockController = ReturnType<typeof createStockController>;
