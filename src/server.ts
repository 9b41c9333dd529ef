import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createApp } from './app.js';
import { loadEnv, secretsOf, type Env } from './config/env.js';
import { createLogger, type Lines, type Logger } from './config/logger.js';
import { createContainer, type Container } from './container.js';
import type { Phase } from './controllers/health.controller.js';
import { shutDown } from './shutdown.js';
import { startupBanner } from './startup-banner.js';
import { StartError } from './utils/errors.js';
import { createFastServer } from './utils/fast-server.js';
import { redactUrls } from './utils/redact.js';

/** npm passes a Ctrl-C on that the terminal has sent us too: what comes so close together is one. */
const sameSignalMs = 500;
const lingerShare = 0.25;
const lingerMsMax = 2_000;

const print = (text: string): void => void process.stdout.write(text);

/** One line on stderr and exit code 1: for faults that the operator can mend. */
const refuse = (error: StartError): never => {
  process.stderr.write(`${redactUrls(error.message).replaceAll('\n', ' ')}\n`);
  process.exit(1);
};

const listenFault = (error: NodeJS.ErrnoException, { HOST, PORT }: Env): Error => {
  const faults: Partial<Record<string, string>> = {
    EADDRINUSE: `PORT ${PORT} is taken by another program. Stop that one, or start with another, such as PORT=${PORT + 1}.`,
    EACCES: `PORT ${PORT} may not be used by this user. Start with a PORT above 1023.`,
    EADDRNOTAVAIL: `HOST ${HOST} is not an address of this machine.`,
    ENOTFOUND: `HOST ${HOST} is not an address of this machine.`,
  };
  const line = faults[error.code ?? ''];
  return line === undefined ? error : new StartError(line, { cause: error });
};

/** @returns the port, which the system has chosen when PORT is 0 */
const listen = (server: Server, env: Env): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenFault(error, env)));
    server.listen(env.PORT, env.HOST, () => resolve((server.address() as AddressInfo).port));
  });

const urlOf = (host: string, port: number): string => {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${everywhere ? 'localhost' : name}:${port}`;
};

interface Running {
  server: Server;
  container: Container;
}

interface Process {
  env: Env;
  logger: Logger;
  lines: Lines;
  flushLog: () => void;
  phase: Phase;
  running: Running | undefined;
}

const leave = (self: Process, code: number): never => {
  self.flushLog();
  process.exit(code);
};

/** Ends the process in order, or without when it takes longer than SHUTDOWN_GRACE_MS. */
const stop = async (self: Process, code: number): Promise<void> => {
  const { env, logger, running } = self;
  // Nothing is served yet, and what was started so far ends with this process.
  if (running === undefined) return leave(self, code);
  const deadline = setTimeout(() => {
    logger.error('stopping took longer than SHUTDOWN_GRACE_MS; leaving as it is');
    leave(self, 1);
  }, env.SHUTDOWN_GRACE_MS);
  const lingerMs = env.NODE_ENV === 'production' ? Math.min(env.SHUTDOWN_GRACE_MS * lingerShare, lingerMsMax) : 0;
  await shutDown({
    server: running.server,
    announce: () => {
      self.phase = 'stopping';
      running.container.stopping();
    },
    closeRest: running.container.close,
    lingerMs,
    graceMs: env.SHUTDOWN_GRACE_MS * (1 - lingerShare),
  });
  clearTimeout(deadline);
  logger.info('stopped');
  return leave(self, code);
};

const listenToSignals = (self: Process): void => {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAt !== undefined) {
      if (Date.now() - firstAt > sameSignalMs) leave(self, 1);
      return;
    }
    firstAt = Date.now();
    self.logger.info({ signal }, 'stopping');
    void stop(self, 0);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const onFault = (error: unknown) => {
    self.logger.fatal({ err: error }, 'a fault that nobody caught; stopping');
    if (firstAt !== undefined) return;
    firstAt = Date.now();
    void stop(self, 1);
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
};

const serve = async (self: Process): Promise<void> => {
  const { env, logger, lines } = self;
  const watched = env.NODE_ENV !== 'production';
  const container = await createContainer({
    env,
    logger,
    phase: () => self.phase,
    progress: (line) => (watched ? print(`${line}\n`) : logger.info(line)),
  });
  const server = createFastServer(createApp({ ...container.deps, lines }));
  const port = await listen(server, env).catch(async (error: unknown) => {
    await container.close();
    throw error;
  });
  self.running = { server, container };
  self.phase = 'ready';
  const url = urlOf(env.HOST, port);
  logger.info({ url, startMs: Math.round(performance.now()) }, 'ready');
  // What people are to read comes last: the line above is on its way out first.
  await new Promise<void>((resolve) => logger.flush(() => resolve()));
  if (env.DEMO) print(startupBanner({ url, admin: container.admin }));
};

const main = async (): Promise<void> => {
  try {
    const env = loadEnv();
    const { logger, lines, close: flushLog } = createLogger(env.LOG_LEVEL, { secrets: secretsOf(env) });
    const self: Process = { env, logger, lines, flushLog, phase: 'starting', running: undefined };
    listenToSignals(self);
    await serve(self).catch((error: unknown) => {
      if (!(error instanceof StartError)) logger.fatal({ err: error }, 'the start failed');
      flushLog();
      throw error;
    });
  } catch (error) {
    refuse(error instanceof StartError ? error : new StartError(`The start failed: ${String(error)}`));
  }
};

await main();
