import type { Request, Response } from 'express';
import type { Source } from '../services/cache/flights.js';
import { etagOfText, notModified } from '../utils/entity-tags.js';
import { replyEmpty, replyRaw } from './reply.js';

export interface CachedAnswer {
  /** The whole body. */
  answer: string;
  source: Source;
  /** Made from the body where it is left out. */
  etag?: string;
  /** The body's length, where that is known already. */
  bytes?: number;
}

const cacheHeader: Readonly<Record<Source, string>> = { hit: 'HIT', miss: 'MISS', bypass: 'BYPASS' };

/**
 * Answers a GET with something that everybody may see, saying where it comes from. Browsers and CDNs may keep it, and ask again each
 * time before they use it: an answered write would otherwise not show.
 */
export const replyCached = (req: Request, res: Response, cached: CachedAnswer): void => {
  const { answer, source, bytes } = cached;
  const etag = cached.etag ?? etagOfText(answer);
  const headers = { ETag: etag, 'Cache-Control': 'no-cache', 'X-Cache': cacheHeader[source] };
  if (notModified(req.headers['if-none-match'], etag)) replyEmpty(res, 304, headers);
  else replyRaw(res, 200, answer, headers, bytes);
};
