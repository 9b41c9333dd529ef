import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreTarget } from '../../models/restore-target.js';
import { backupManifest, type BackupManifest } from '../../schemas/backup.js';
import { StartError } from '../../utils/errors.js';
import { manifestFile } from './backup.service.js';
import { verifyChecksums } from './checksums.js';
import { readDocuments } from './document-file.js';
import { createMeter } from './meter.js';

export interface RestoreDependencies {
  target: RestoreTarget;
  /** The directory of the backup, and what it holds, as `readBackup` has found it. */
  from: string;
  manifest: BackupManifest;
  progress: (line: string) => void;
  /** Runs on the restored documents before anybody may use them. */
  afterwards?: () => Promise<void>;
}

/**
 * Reads what a backup holds, once every file of it is known to be as it was written.
 * @throws StartError one line that says what is wrong with it
 */
export const readBackup = async (from: string): Promise<BackupManifest> => {
  const verified = await verifyChecksums(from);
  if (!verified.has(manifestFile)) throw new StartError(`${from} is no backup: it has no ${manifestFile}.`);
  const parsed = backupManifest.safeParse(JSON.parse(await readFile(join(from, manifestFile), 'utf8')));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new StartError(
      `${from}: ${manifestFile} is not of a kind that this version reads: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
    );
  }
  const missing = parsed.data.collections.find(({ file }) => !verified.has(file));
  if (missing !== undefined) throw new StartError(`${from} lacks ${missing.file}; the backup is damaged.`);
  return parsed.data;
};

const restoreCollection = async (
  { target, from, progress }: RestoreDependencies,
  { name, file, documents, indexes }: BackupManifest['collections'][number],
): Promise<void> => {
  await target.create(name);
  const meter = createMeter({ what: name, of: documents, progress });
  let written = 0;
  for await (const batch of readDocuments(join(from, file))) {
    await target.insert(name, batch);
    written += batch.length;
    meter(written);
  }
  if (written !== documents) {
    throw new StartError(`${file} holds ${String(written)} documents, and ${manifestFile} says ${String(documents)}.`);
  }
  // Behind the documents, which is faster, and before the next collection, so that a duplicate is found soon.
  await target.buildIndexes(name, indexes);
};

/**
 * Writes a backup into an empty database. Until it is whole, no service starts on that.
 * @throws StartError when the database is not empty; nothing has been written then
 */
export const restoreBackup = async (deps: RestoreDependencies): Promise<void> => {
  const { target, manifest, afterwards } = deps;
  const taken = await target.firstWithDocuments();
  if (taken !== null) {
    throw new StartError(
      `The database ${target.database} is not empty: ${taken} has documents. Restore into an empty one.`,
    );
  }
  await target.begin();
  for (const collection of manifest.collections) await restoreCollection(deps, collection);
  await afterwards?.();
  await target.finish();
};
