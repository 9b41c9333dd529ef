import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Serves on `PORT` (0 or unset: a free one) of the loopback, says `listening <port>` on stdout once it does, and on
 * SIGTERM closes the server, then whatever `close` closes.
 */
export const listen = (server: Server, close: () => Promise<void> = () => Promise.resolve()): void => {
  server.keepAliveTimeout = 75_000;
  server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
    console.log(`listening ${(server.address() as AddressInfo).port}`);
  });
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    void close().finally(() => process.exit(0));
  });
};

/** The value of an environment variable that the bench sets for its rivals. */
export const needed = (key: string): string => {
  const value = process.env[key];
  if (value === undefined) throw new Error(`${key} is not set`);
  return value;
};
