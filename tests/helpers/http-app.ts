import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { Router } from 'express';
import { createApp, type AppDeps } from '../../src/app.js';
import { createFastServer } from '../../src/utils/fast-server.js';

/** One call of the logger. */
export interface LogEntry {
  level: 'info' | 'warn' | 'error';
  args: unknown[];
}

/** A logger that keeps what it is told. */
export const createFakeLogger = () => {
  const entries: LogEntry[] = [];
  const at =
    (level: LogEntry['level']) =>
    (...args: unknown[]): void => {
      entries.push({ level, args });
    };
  return { entries, logger: { info: at('info'), warn: at('warn'), error: at('error') } };
};

/** The app as shipped, with the given routers under `/api/v1` and fakes for what is not HTTP. */
export const createHttpApp = (api: readonly Router[], overrides: Partial<AppDeps> = {}) => {
  const { entries, logger } = createFakeLogger();
  const ended: { method: string; route: string; status: number }[] = [];
  const app = createApp({
    logger,
    metrics: {
      requestStarted: () => undefined,
      requestEnded: (method, route, status) => ended.push({ method, route, status }),
      errorAnswered: () => undefined,
    },
    production: false,
    trustProxyHops: 0,
    corsOrigins: [],
    system: [],
    api,
    ...overrides,
  });
  return { app, entries, ended };
};

/** A server on a free port of the loopback. */
export const listening = async (
  server: Server,
): Promise<{ server: Server; port: number; close: () => Promise<void> }> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export const listeningApp = (api: readonly Router[], overrides: Partial<AppDeps> = {}) => {
  const made = createHttpApp(api, overrides);
  return listening(createFastServer(made.app)).then((where) => ({ ...made, ...where }));
};

/** Sends bytes as they are and gives back all that the server says until it hangs up. */
export const sendRaw = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (said += chunk));
    socket.on('close', () => resolve(said));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // What has been said before a reset counts.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
