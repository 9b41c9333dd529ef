import type { NextFunction, Request, RequestHandler, Response } from 'express';

/**
 * Several middlewares as one. A router matches the path, guards the call and looks at its result for each that it is given, which
 * costs more than most of them do. They must not be asynchronous: their rejections would not reach the error handler.
 */
export const sequence =
  (...handlers: readonly RequestHandler[]): RequestHandler =>
  (req: Request, res: Response, next: NextFunction): void => {
    let index = 0;
    const step = (error?: unknown): void => {
      const handler = handlers[index++];
      if (error !== undefined || handler === undefined) next(error);
      else void handler(req, res, step);
    };
    step();
  };
