import type { Request } from 'express';

/** Whether a request asks not to be answered from a cache (RFC 9111 section 5.2.1.4): browsers do so on a forced reload. */
export const asksPastCache = (req: Pick<Request, 'headers'>): boolean => {
  const header = req.headers['cache-control'];
  return header !== undefined && /(?:^|[\s,])no-cache(?:$|[\s,=])/i.test(header);
};
