import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface WatchedChildOptions {
  env?: NodeJS.ProcessEnv;
  /** The directory that grows while the child gets on. */
  dir: string;
  /** Milliseconds until the first byte must be there. */
  firstByteMs: number;
  /** Milliseconds without growth after which the child counts as stuck. */
  idleMs: number;
  totalMs: number;
  /** Called every two seconds with what is there so far. */
  onGrowth: (bytes: number) => void;
}

const pollMs = 250;
const reportMs = 2_000;
const stderrMax = 2_000;
/** Less is a lock file or a directory listing, not a download. */
const firstBytes = 1_024;

const sizeOf = async (dir: string): Promise<number> => {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (file) => file.size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};

interface Growth {
  bytes: number;
  /** When the last new byte was seen. */
  at: number;
}

const tooLong = (startedAt: number, growth: Growth, options: WatchedChildOptions): string | undefined => {
  const now = Date.now();
  if (now - startedAt > options.totalMs) return `not done after ${options.totalMs / 1000} s`;
  if (growth.bytes < firstBytes && now - startedAt > options.firstByteMs)
    return `no answer in ${options.firstByteMs / 1000} s`;
  if (growth.bytes >= firstBytes && now - growth.at > options.idleMs) return `stuck for ${options.idleMs / 1000} s`;
  return undefined;
};

/**
 * Runs a program that fills a directory, and ends it when it does not get on: whatever it does inside, retries
 * and time-outs of its own included, the wait is bounded.
 * @throws Error with one line of why: its own last words, or which deadline it missed.
 */
export const runWatched = (command: string, args: readonly string[], options: WatchedChildOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: options.env });
    const startedAt = Date.now();
    let reportedAt = startedAt;
    let growth: Growth = { bytes: 0, at: startedAt };
    let stderr = '';
    let verdict: string | undefined;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-stderrMax)));
    const look = async () => {
      const bytes = await sizeOf(options.dir);
      if (bytes > growth.bytes) growth = { bytes, at: Date.now() };
      verdict ??= tooLong(startedAt, growth, options);
      if (verdict !== undefined) child.kill('SIGKILL');
      if (Date.now() - reportedAt >= reportMs) {
        reportedAt = Date.now();
        options.onGrowth(growth.bytes);
      }
    };
    const onOurExit = () => child.kill('SIGKILL');
    process.once('exit', onOurExit);
    const timer = setInterval(() => void look(), pollMs);
    const settled = () => {
      clearInterval(timer);
      process.off('exit', onOurExit);
    };
    child.once('error', (error) => {
      settled();
      reject(error);
    });
    child.once('close', (code) => {
      settled();
      if (verdict === undefined && code === 0) {
        resolve();
        return;
      }
      const lastWords = stderr.split('\n').findLast((line) => line.trim() !== '');
      reject(new Error(verdict ?? lastWords?.trim() ?? `exit code ${code ?? 'unknown'}`));
    });
  });
