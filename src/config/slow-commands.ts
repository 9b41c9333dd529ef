import type mongoose from 'mongoose';
import { commandShape } from '../utils/command-shape.js';
import type { Logger } from './logger.js';

type MongoClient = mongoose.mongo.MongoClient;

export interface SlowCommandOptions {
  client: Pick<MongoClient, 'on'>;
  /** From how many milliseconds on a command is slow; 0 for never. */
  thresholdMs: number;
  logger: Pick<Logger, 'warn'>;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
}

type Command = Readonly<Record<string, unknown>>;

/** A database in trouble makes every command slow: a few lines a second tell of it as well as thousands. */
const linesPerSecondMax = 5;
/** Commands on their way; their number is bounded by the pool already. */
const pendingMax = 10_000;
const windowMs = 1_000;

/** The change feed asks so that it waits for something new, for as long as it says. */
const waitsOnPurpose = (name: string, command: Command): boolean =>
  name === 'getMore' && command['maxTimeMS'] !== undefined;

/** Lets so many through in each second, and says how many it has held back before. */
const createLineLimit = (nowMs: () => number) => {
  let windowEndsMs = 0;
  let lines = 0;
  let held = 0;
  return (): { held: number } | null => {
    const now = nowMs();
    if (now >= windowEndsMs) {
      windowEndsMs = now + windowMs;
      lines = 0;
    }
    if (lines >= linesPerSecondMax) {
      held++;
      return null;
    }
    lines++;
    const before = held;
    held = 0;
    return { held: before };
  };
};

/**
 * Logs commands that took long, as this process has seen it, with their shape and without any value. The way there and back is part
 * of the time, and so is a blocked event loop; what the server itself found is in its own log. Plans: `npm run explain`.
 */
export const watchSlowCommands = ({
  client,
  thresholdMs,
  logger,
  nowMs = () => performance.now(),
}: SlowCommandOptions): void => {
  if (thresholdMs === 0) return;
  const pending = new Map<number, Command>();
  const mayLog = createLineLimit(nowMs);

  const ended = (
    { requestId, commandName, duration }: { requestId: number; commandName: string; duration: number },
    outcome: 'succeeded' | 'failed',
  ): void => {
    const command = pending.get(requestId);
    pending.delete(requestId);
    if (command === undefined || duration < thresholdMs || waitsOnPurpose(commandName, command)) return;
    const allowed = mayLog();
    if (allowed === null) return;
    const { held } = allowed;
    logger.warn(
      { ...commandShape(commandName, command), durationMs: duration, outcome, ...(held > 0 ? { notShown: held } : {}) },
      'slow query',
    );
  };

  client.on('commandStarted', ({ requestId, command }) => {
    if (pending.size < pendingMax) pending.set(requestId, command);
  });
  client.on('commandSucceeded', (event) => ended(event, 'succeeded'));
  client.on('commandFailed', (event) => ended(event, 'failed'));
};
