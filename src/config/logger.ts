import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/**
 * The one logger of a process: JSON lines on stdout, buffered up to 4 kB so that a line costs no system call of
 * its own under load. Secrets are redacted wherever they are logged by mistake.
 */
export const createLogger = (level: string): { logger: Logger; close: () => void } => {
  const destination = pino.destination({ fd: 1, sync: false, minLength: 4096 });
  // A quiet service must still show its lines at once to somebody who watches it.
  const timer = setInterval(() => destination.flush(), 200);
  timer.unref();
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['password', 'token', 'accessToken', 'refreshToken', 'authorization', '*.password'],
        censor: '[redacted]',
      },
    },
    destination,
  );
  return {
    logger,
    close: () => {
      clearInterval(timer);
      destination.flushSync();
    },
  };
};
