import { mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { StartError } from '../utils/errors.js';
import { ensureDataDir } from './data-dir.js';
import type { MongodProcess } from './mongod-process.js';

const logBytesMax = 10_000_000;

const recordSchema = z.object({ port: z.number(), pid: z.number(), started: z.string() });
/** The mongod that was started last in this directory. */
export type MongodRecord = z.infer<typeof recordSchema>;

/** What belongs to an embedded MongoDB in its data directory. */
export interface MongodPaths {
  dir: string;
  db: string;
  log: string;
  record: string;
}

/** Makes the directories, and keeps the log from growing over many starts. */
export const preparePaths = async (dataDir: string): Promise<MongodPaths> => {
  await ensureDataDir(resolve(dataDir));
  // mongod tells its path as the system knows it, so links are resolved before the two are compared.
  const dir = await realpath(resolve(dataDir));
  const paths = { dir, db: join(dir, 'db'), log: join(dir, 'mongod.log'), record: join(dir, 'mongod.json') };
  await mkdir(paths.db, { recursive: true, mode: 0o700 });
  const log = await stat(paths.log).catch(() => undefined);
  if (log !== undefined && log.size > logBytesMax) await rename(paths.log, `${paths.log}.1`);
  return paths;
};

export const readRecord = async (file: string): Promise<MongodRecord | undefined> => {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
};

export const writeRecord = async (file: string, mongod: MongodProcess): Promise<void> => {
  const draft = `${file}.new`;
  await writeFile(draft, JSON.stringify({ port: mongod.port, ...mongod.identity }), { mode: 0o600 });
  await rename(draft, file);
};

/** Why mongod ended at its start, as one line. Exit codes: https://www.mongodb.com/docs/manual/reference/exit-codes/ */
export const startFailure = async (paths: MongodPaths, code: number | null): Promise<StartError> => {
  const tail = (await readFile(paths.log, 'utf8').catch(() => '')).slice(-20_000);
  if (tail.includes('DBPathInUse')) {
    const pid = (await readFile(join(paths.db, 'mongod.lock'), 'utf8').catch(() => '')).trim();
    return new StartError(
      `Another mongod (process ${pid || 'unknown'}) serves ${paths.db}. Stop it${pid && ` with: kill ${pid}`}, or set another DATA_DIR.`,
    );
  }
  if (code === 62 || tail.includes('featureCompatibilityVersion')) {
    return new StartError(
      `${paths.db} was written by another version of MongoDB. Set MONGOD_BINARY to that version, or start with another DATA_DIR.`,
    );
  }
  return new StartError(`mongod ended at its start (exit code ${code ?? 'none'}); ${paths.log} says why.`);
};
