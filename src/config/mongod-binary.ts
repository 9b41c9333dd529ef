import { execFile } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../utils/errors.js';
import { fetchMongod } from './mongod-fetch.js';

export interface MongodBinaryOptions {
  /** MONGOD_BINARY: taken or refused, never replaced by another. */
  binary: string | undefined;
  /** Where a download is kept, for all clones and runs of this user. */
  cacheDir: string;
  progress: (line: string) => void;
}

const run = promisify(execFile);
/** Older servers lack what the service builds on (change streams that see both images, quick stepping down). */
const majorMin = 5;

/** The version that this binary says it is, as `6.0.5`. @throws when it cannot be run or is something else. */
export const mongodVersion = async (binary: string): Promise<string> => {
  const { stdout } = await run(binary, ['--version'], { timeout: 20_000 });
  const version = /db version v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error('it does not answer --version as mongod does');
  return version;
};

const isNewEnough = (version: string): boolean => Number(version.split('.')[0]) >= majorMin;

const named = async (binary: string): Promise<string> => {
  const version = await mongodVersion(binary).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = typeof code === 'string' ? code : 'it does not answer --version as mongod does';
    throw new StartError(`MONGOD_BINARY ${binary} cannot be run as mongod (${reason}).`, { cause: error });
  });
  if (isNewEnough(version)) return binary;
  throw new StartError(`MONGOD_BINARY ${binary} is MongoDB ${version}; ${majorMin}.0 or newer is needed.`);
};

const onPath = async (progress: (line: string) => void): Promise<string | undefined> => {
  const version = await mongodVersion('mongod').catch(() => undefined);
  if (version === undefined) return undefined;
  if (isNewEnough(version)) return 'mongod';
  progress(`The mongod on PATH is ${version}, older than ${majorMin}.0; looking for another.`);
  return undefined;
};

/**
 * A mongod to run: MONGOD_BINARY, the PATH, an earlier download, else a new download.
 * @returns its path, or the bare name when it is on the PATH
 * @throws StartError saying what to do when there is none to be had.
 */
export const findMongod = async ({ binary, cacheDir, progress }: MongodBinaryOptions): Promise<string> => {
  if (binary !== undefined) return named(binary);
  const found = await onPath(progress);
  if (found !== undefined) return found;
  // Verified when it was put there, and put there whole: no need to run it once more at every start.
  const cached = join(cacheDir, `mongod-${process.platform}-${process.arch}`);
  const isCached = await access(cached, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (isCached) return cached;
  await mkdir(cacheDir, { recursive: true });
  await fetchMongod({ target: cached, progress, verify: mongodVersion });
  return cached;
};
