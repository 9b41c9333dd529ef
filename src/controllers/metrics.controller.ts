import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { AppError } from '../utils/errors.js';

export interface MetricsControllerDeps {
  metrics: { render: () => Promise<string>; contentType: string };
  /** When set, callers must send it as `Authorization: Bearer <token>`. */
  token?: string | undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Hashes are of one length, so that neither content nor length of the token shows in the time. */
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** `/metrics`, for Prometheus. */
export const createMetricsController = ({ metrics, token }: MetricsControllerDeps) => ({
  /** @throws AppError UNAUTHENTICATED */
  scrape: async (req: Request, res: Response): Promise<void> => {
    if (token !== undefined) {
      const [, given] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '') ?? [];
      if (given === undefined || !same(given, token)) throw new AppError('UNAUTHENTICATED');
    }
    res
      .set('Cache-Control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.render());
  },
});

export type MetricsController = ReturnType<typeof createMetricsController>;
