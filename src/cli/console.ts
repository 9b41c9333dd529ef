import { AppError, StartError } from '../utils/errors.js';
import { createClosers, type Closers } from '../utils/closers.js';
import { redactUrls } from '../utils/redact.js';

/** For results. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);
/** For signs of life, and for what went wrong. */
export const progress = (line: string): void => void process.stderr.write(`${redactUrls(line)}\n`);

const note = (fields: unknown, message?: string): void => progress(`${message ?? ''} ${JSON.stringify(fields)}`);
/** A logger for what has to have one. */
export const consoleLogger = { warn: note, info: note, error: note };

/** Beside the codes that each program gives a meaning of its own. */
export const failedCode = 2;

/**
 * Runs a program of the command line to its end: whatever it has opened is closed, and a fault is one line.
 * @returns the exit code
 */
export const runProgram = async (program: (closers: Closers) => Promise<number>): Promise<number> => {
  const closers = createClosers((name, error) => progress(`closing ${name} failed: ${String(error)}`));
  try {
    return await program(closers);
  } catch (error) {
    const known = error instanceof StartError || error instanceof AppError ? error.message : String(error);
    progress(known.replaceAll('\n', ' '));
    return failedCode;
  } finally {
    await closers.close();
  }
};
