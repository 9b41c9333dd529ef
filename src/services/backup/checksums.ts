import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StartError } from '../../utils/errors.js';

/** What `sha256sum -c` reads. */
export const checksumFile = 'SHA256SUMS';

const lineOf = /^([0-9a-f]{64}) {2}([\w.%-]{1,255})$/;

const sha256 = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

/** Writes the sums of these files of a directory. */
export const writeChecksums = async (dir: string, sums: ReadonlyMap<string, string>): Promise<void> => {
  const lines = [...sums].map(([name, sum]) => `${sum}  ${name}\n`);
  await writeFile(join(dir, checksumFile), lines.join(''), { mode: 0o600 });
};

export const checksumOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

const readSums = async (dir: string): Promise<Map<string, string>> => {
  const text = await readFile(join(dir, checksumFile), 'utf8').catch((error: unknown) => {
    throw new StartError(`${dir} is no backup, or one that was broken off: it has no ${checksumFile}.`, {
      cause: error,
    });
  });
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [, sum, name] = lineOf.exec(line) ?? [];
      if (sum === undefined || name === undefined) throw new StartError(`${dir}: ${checksumFile} is damaged.`);
      return [name, sum];
    }),
  );
};

/**
 * Holds the files of a directory against their sums, all of them before anything is made of one.
 * @returns the files that are as they were written
 * @throws StartError that names the first that is not
 */
export const verifyChecksums = async (dir: string): Promise<ReadonlySet<string>> => {
  const sums = await readSums(dir);
  for (const [name, expected] of sums) {
    const found = await sha256(join(dir, name)).catch((error: unknown) => {
      throw new StartError(`${dir}: ${name} cannot be read.`, { cause: error });
    });
    if (found !== expected) throw new StartError(`${dir}: ${name} is not what was written; the backup is damaged.`);
  }
  return new Set(sums.keys());
};
