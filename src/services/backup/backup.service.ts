import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupSource, SourceCollection } from '../../models/backup-source.js';
import { SnapshotLost } from '../../models/backup-source.js';
import type { BackupCollection, BackupManifest } from '../../schemas/backup.js';
import { StartError } from '../../utils/errors.js';
import { checksumOf, writeChecksums } from './checksums.js';
import { writeDocuments } from './document-file.js';
import { createMeter } from './meter.js';

export const manifestFile = 'manifest.json';

export interface BackupDependencies {
  source: BackupSource;
  /** The directory to be made. */
  out: string;
  progress: (line: string) => void;
  now?: () => Date;
}

const tooLong =
  'The backup took longer than MongoDB keeps its past. Raise minSnapshotHistoryWindowInSeconds (300 by default) on every member, as with mongosh --eval "db.adminCommand({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 3600 })", and try again.';

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Puts what stands in a directory on disk: its entries, that is. */
const syncDirectory = async (dir: string): Promise<void> => {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Any name of a collection as a name of a file. */
const fileOf = (collection: string): string => `${encodeURIComponent(collection).replaceAll('*', '%2A')}.bson.gz`;

/** Takes all collections in one view. */
const takeCollections = async (
  { source, progress }: BackupDependencies,
  dir: string,
  collections: readonly SourceCollection[],
) => {
  const snapshot = source.openSnapshot();
  const sums = new Map<string, string>();
  const taken: BackupCollection[] = [];
  try {
    for (const { name, indexes, documents: expected } of collections) {
      const file = fileOf(name);
      const meter = createMeter({ what: name, of: expected, progress });
      const { sha256, ...written } = await writeDocuments(join(dir, file), snapshot.documents(name), meter);
      sums.set(file, sha256);
      taken.push({ name, file, ...written, indexes: indexes as never });
    }
    const clusterTime = snapshot.time();
    if (clusterTime === null) throw new Error('The database does not say which moment was read.');
    return { sums, taken, clusterTime };
  } finally {
    await snapshot.close();
  }
};

/**
 * Writes all of a database, as of one moment, into a new directory, which is there when it is whole and not before.
 * @throws StartError when there is nothing to be taken, the directory is there, or the database's past is too short
 */
export const takeBackup = async (deps: BackupDependencies): Promise<BackupManifest> => {
  const { source, out, now = () => new Date() } = deps;
  if (await isThere(out)) throw new StartError(`${out} is there already. Name a directory that is not.`);
  const collections = await source.collections();
  if (collections.every(({ documents }) => documents === 0)) {
    throw new StartError(`The database ${source.database} is empty: there is nothing to be backed up.`);
  }
  const draft = `${out}.partial`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    const takenAt = now().toISOString();
    const { sums, taken, clusterTime } = await takeCollections(deps, draft, collections);
    const manifest: BackupManifest = {
      ...{ format: 'stockroom-backup', version: 1, database: source.database, takenAt, clusterTime },
      collections: taken,
    };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeFile(join(draft, manifestFile), text, { mode: 0o600, flush: true });
    await writeChecksums(draft, new Map([[manifestFile, checksumOf(text)], ...sums]));
    await syncDirectory(draft);
    await rename(draft, out);
    await syncDirectory(dirname(out));
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error instanceof SnapshotLost ? new StartError(tooLong, { cause: error }) : error;
  }
};
