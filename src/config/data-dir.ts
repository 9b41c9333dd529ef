import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../utils/errors.js';
import { identityOf, isRunning } from './process-identity.js';

const holderSchema = z.union([
  z.object({ pid: z.number(), started: z.string() }),
  z.object({ released: z.literal(true) }),
]);
type Holder = z.infer<typeof holderSchema>;

export interface DataDirLock {
  /** Gives the directory back; a second call does nothing. */
  release: () => Promise<void>;
}

const LOCK_FILE = /^lock\.(\d+)$/;
const attemptsMax = 20;

const errorCode = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Makes the directory, for its owner only. @throws StartError where that is not possible. */
export const ensureDataDir = async (dir: string): Promise<void> => {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(
      `DATA_DIR ${dir} cannot be made (${errorCode(error)}). Set DATA_DIR to a directory that can be written.`,
      { cause: error },
    );
  }
};

const lockNumbers = async (dir: string): Promise<number[]> => {
  const names = await readdir(dir);
  return names.map((name) => Number(LOCK_FILE.exec(name)?.[1] ?? 0)).filter((n) => n > 0);
};

const readHolder = async (file: string): Promise<Holder> => {
  try {
    return holderSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Gone meanwhile, or not written by us: lock files appear complete, so a broken one has no living holder.
    return { released: true };
  }
};

/** Puts a complete file in place, or fails with EEXIST: `link` never replaces and never shows half a file. */
const createWhole = async (file: string, content: string): Promise<void> => {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await link(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
};

const claim = async (dir: string, content: string): Promise<number | undefined> => {
  const highest = Math.max(0, ...(await lockNumbers(dir)));
  if (highest > 0) {
    const holder = await readHolder(join(dir, `lock.${highest}`));
    if ('pid' in holder && isRunning(holder)) {
      throw new StartError(
        `DATA_DIR ${dir} is in use by process ${holder.pid}. Stop that one first, or start this one with another DATA_DIR and PORT.`,
      );
    }
  }
  const mine = highest + 1;
  try {
    await createWhole(join(dir, `lock.${mine}`), content);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  // Somebody may have gone past this number between the look and the link; the higher number holds.
  const numbers = await lockNumbers(dir);
  if (Math.max(...numbers) === mine) {
    await Promise.all(numbers.filter((n) => n < mine).map((n) => rm(join(dir, `lock.${n}`), { force: true })));
    return mine;
  }
  await rm(join(dir, `lock.${mine}`), { force: true });
  return undefined;
};

/**
 * Takes the directory for this process alone. The holder is the highest `lock.<n>`; a successor of a dead or
 * released one makes n + 1. The highest file is never removed, so two that start at once cannot both take over
 * the same dead lock, and a holder ended by SIGKILL is known to be gone at once, without a time-out.
 * @throws StartError when a living process holds it.
 */
export const lockDataDir = async (dir: string): Promise<DataDirLock> => {
  const content = JSON.stringify(identityOf(process.pid));
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const mine = await claim(dir, content);
    if (mine === undefined) continue;
    const file = join(dir, `lock.${mine}`);
    return {
      release: async () => {
        if ((await readFile(file, 'utf8').catch(() => '')) !== content) return;
        const draft = `${file}.${randomUUID()}`;
        await writeFile(draft, JSON.stringify({ released: true }), { mode: 0o600 });
        await rename(draft, file);
      },
    };
  }
  throw new StartError(`DATA_DIR ${dir} is being taken by other processes. Start one at a time.`);
};

/** Reads the file, or makes it from `content` when there is none: of two that try, both get what the first wrote. */
export const readOrCreate = async (file: string, content: () => string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  await createWhole(file, content()).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  return readFile(file, 'utf8');
};
