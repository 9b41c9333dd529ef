import type { RequestHandler } from 'express';
import type { LiveFigures } from '../services/live-figures.service.js';
import { messages } from '../utils/messages.js';
import { reply } from './reply.js';

/** Figures of this process for those who watch it. */
export const createFiguresController = ({ figures }: { figures: Pick<LiveFigures, 'read'> }) => {
  const show: RequestHandler = async (_req, res) => {
    reply(res, 200, messages.ok, await figures.read(), undefined, { 'Cache-Control': 'no-store' });
  };
  return { show };
};

export type FiguresController = ReturnType<typeof createFiguresController>;
