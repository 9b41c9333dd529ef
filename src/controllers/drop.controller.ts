import type { Request, Response } from 'express';
import type { DropEvent, DropWish } from '../schemas/drop.js';
import type { DropService } from '../services/drop/drop.service.js';
import { callerOf, inputOf } from '../utils/http-locals.js';
import { streamHead } from './stream-head.js';

export interface DropControllerDeps {
  drops: Pick<DropService, 'start'>;
}

/** What may wait in this process for who watches, in bytes: several times what a drop of the most buyers comes to. */
const bufferBytesMax = 512 * 1024;

/** Drops over HTTP: the answer is a stream of what happens. */
export const createDropController = ({ drops }: DropControllerDeps) => ({
  /** @throws AppError DROP_RUNNING, UNAVAILABLE */
  run: async (_req: Request, res: Response): Promise<void> => {
    const { body } = inputOf<{ body: DropWish }>(res);
    const left = new AbortController();
    res.once('close', () => left.abort());
    const drop = await drops.start(callerOf(res), body);
    if (!res.destroyed) res.writeHead(200, streamHead);
    const tell = ({ event, data }: DropEvent): void => {
      if (res.destroyed) return;
      res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (res.writableLength > bufferBytesMax) res.destroy();
    };
    await drop.run(tell, left.signal);
    res.end();
  },
});

export type DropController = ReturnType<typeof createDropController>;
