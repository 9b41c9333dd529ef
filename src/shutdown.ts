import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ShutdownOptions {
  server: Pick<Server, 'close' | 'closeIdleConnections' | 'closeAllConnections' | 'prependListener'>;
  /** Turns readiness to 503. */
  announce: () => void;
  /** Closes what the requests lean on, once there are no more of them. */
  closeRest: () => Promise<void>;
  /** How long requests are still served after readiness has turned, so that balancers see it in time. */
  lingerMs: number;
  /** When those that are still in flight are cut off, counted from the call. */
  graceMs: number;
}

const idleLookMs = 50;

/**
 * Ends an HTTP process in order: readiness first, then new connections, then what is in flight, then the rest.
 * Rejects when a step failed; every step runs all the same.
 */
export const shutDown = async (options: ShutdownOptions): Promise<void> => {
  const { server, announce, closeRest, lingerMs, graceMs } = options;
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  cutOff.unref();
  announce();
  // Who asks now is told that the connection ends with the answer, and goes elsewhere.
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  if (lingerMs > 0) await sleep(lingerMs);
  // A connection whose answer was begun before is kept alive by Node; it is closed as soon as it rests.
  const idle = setInterval(() => server.closeIdleConnections(), idleLookMs);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(cutOff);
  await closeRest();
};
