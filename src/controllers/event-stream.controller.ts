import type { Request, Response } from 'express';
import type { Subscriber } from '../services/stock-stream/subscribers.js';
import { streamHead } from './stream-head.js';

export interface EventStreamControllerDeps {
  stream: {
    subscribe: (subscriber: Subscriber, lastEventId: string | undefined) => Promise<() => void>;
  };
}

/** What may wait in this process for one client before it is sent more, in bytes; the kernel holds some more. */
const bufferBytesMax = 64 * 1024;

const subscriberOf = (res: Response): Subscriber => ({
  send: (text) => {
    if (res.destroyed) return true;
    if (!res.headersSent) res.writeHead(200, streamHead);
    // What is written now leaves at the end of this turn at the earliest: only what has waited since earlier ones is a client's slowness.
    if (res.writableLength > bufferBytesMax) return false;
    res.write(text);
    return true;
  },
  end: (tooSlow) => {
    if (tooSlow) res.destroy();
    else res.end();
  },
});

/** The stream of stock changes over HTTP. */
export const createEventStreamController = ({ stream }: EventStreamControllerDeps) => ({
  /** @throws AppError UNAVAILABLE */
  listen: async (req: Request, res: Response): Promise<void> => {
    if (req.method === 'HEAD') {
      res.writeHead(200, streamHead);
      res.end();
      return;
    }
    const given = req.headers['last-event-id'];
    const leave = await stream.subscribe(subscriberOf(res), typeof given === 'string' ? given : undefined);
    if (res.closed || res.destroyed) leave();
    else res.on('close', leave);
  },
});

export type EventStreamController = ReturnType<typeof createEventStreamController>;
