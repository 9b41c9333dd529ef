import type { IRouter, RequestHandler } from 'express';
import { allowedMethods } from '../utils/router-tree.js';
import { AppError } from '../utils/errors.js';

/** The router is asked for when a request comes, because its routes are added after these middlewares are made. */
export type RouterOf = () => IRouter;

/**
 * Answers OPTIONS with 204 and `Allow`, before a router does it in its own way. A preflight has been answered by
 * `createCors` already.
 * @throws AppError ROUTE_NOT_FOUND
 */
export const createOptions =
  (router: RouterOf): RequestHandler =>
  (req, res, next) => {
    if (req.method !== 'OPTIONS') {
      next();
      return;
    }
    const allowed = allowedMethods(router(), req.path);
    if (allowed.length === 0) throw new AppError('ROUTE_NOT_FOUND');
    res.writeHead(204, ['Allow', allowed.join(', ')]);
    res.end();
  };

/**
 * The end of the line: nothing has answered.
 * @throws AppError METHOD_NOT_ALLOWED with `Allow` when the path takes other methods, else ROUTE_NOT_FOUND
 */
export const createNotFound =
  (router: RouterOf): RequestHandler =>
  (req) => {
    const allowed = allowedMethods(router(), req.path);
    if (allowed.length === 0) throw new AppError('ROUTE_NOT_FOUND');
    throw new AppError('METHOD_NOT_ALLOWED', { headers: { Allow: allowed.join(', ') } });
  };
