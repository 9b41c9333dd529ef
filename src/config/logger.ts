import { pino, type Logger as PinoLogger } from 'pino';
import { createRedactor } from '../utils/redact.js';

export type Logger = PinoLogger;

/** Characters that are gathered before they are handed on. */
const GATHERED_MAX = 32 * 1024;
/** Bytes that may wait for an output that is stuck; past it lines are dropped, as memory is worth more than they are. */
const WAITING_MAX = 16 * 1024 * 1024;

/** Messages without fields, as the logger would write them, for a third of what it costs there. */
export interface Lines {
  info: (message: string) => void;
  error: (message: string) => void;
}

/** Needs no escape in JSON. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Time stamps of one millisecond are one string: rendering it costs more than the rest of a line. */
const createTimestamp = (): (() => string) => {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
};

/**
 * Gathers lines before pino's own destination and hands them on as bytes: its bookkeeping for each line and the many
 * small writes cost 8 to 11 us a request under load, a quarter of all that the HTTP layer costs.
 */
const createGatherer = (destination: ReturnType<typeof pino.destination>) => {
  let lines: string[] = [];
  let length = 0;
  const pass = (): void => {
    if (length > 0) destination.write(Buffer.from(lines.join('')) as unknown as string);
    lines = [];
    length = 0;
  };
  return {
    pass,
    /** What pino's `logger.flush` calls. */
    flush: (done: (error?: Error) => void): void => {
      pass();
      destination.flush(done);
    },
    write: (line: string): void => {
      lines.push(line);
      length += line.length;
      if (length >= GATHERED_MAX) pass();
    },
  };
};

export interface LoggerOptions {
  /** What no line may show, such as the passwords of this process. */
  secrets?: readonly string[];
  /** A file descriptor; stdout. */
  descriptor?: number;
}

/**
 * The one logger of a process: JSON lines on stdout, gathered up to 32 kB so that a line costs no system call of
 * its own under load. Secrets are taken out wherever they are logged by mistake; not so from `lines`, whose writer has to see to it.
 */
export const createLogger = (
  level: string,
  { secrets = [], descriptor = 1 }: LoggerOptions = {},
): { logger: Logger; lines: Lines; close: () => void } => {
  const destination = pino.destination({
    fd: descriptor,
    sync: false,
    contentMode: 'buffer',
    maxWrite: 4 * GATHERED_MAX,
    maxLength: WAITING_MAX,
  });
  const gatherer = createGatherer(destination);
  // A quiet service must still show its lines at once to somebody who watches it.
  const timer = setInterval(gatherer.pass, 200);
  timer.unref();
  const timestamp = createTimestamp();
  const redact = createRedactor(secrets);
  const output = { flush: gatherer.flush, write: (entry: string) => gatherer.write(redact(entry)) };
  const logger = pino({ level, base: null, timestamp }, output);
  const line = (name: 'info' | 'error') => {
    const number = pino.levels.values[name];
    return (message: string): void => {
      if (!logger.isLevelEnabled(name)) return;
      const text = PLAIN.test(message) ? `"${message}"` : JSON.stringify(message);
      gatherer.write(`{"level":${String(number)}${timestamp()},"msg":${text}}\n`);
    };
  };
  return {
    logger,
    lines: { info: line('info'), error: line('error') },
    close: () => {
      clearInterval(timer);
      gatherer.pass();
      destination.flushSync();
    },
  };
};
