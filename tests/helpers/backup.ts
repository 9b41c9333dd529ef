import type { Connection } from 'mongoose';
import { createBackupSource } from '../../src/models/backup-source.js';
import { createMovementQueries } from '../../src/models/movement-queries.js';
import { createMovementModel } from '../../src/models/movement.model.js';
import { createProductModel } from '../../src/models/product.model.js';
import { createRestoreTarget } from '../../src/models/restore-target.js';
import type { BackupManifest } from '../../src/schemas/backup.js';
import { createAuditService } from '../../src/services/audit.service.js';
import { takeBackup } from '../../src/services/backup/backup.service.js';
import { readBackup, restoreBackup } from '../../src/services/backup/restore.service.js';

const nothing = () => undefined;

export const backUp = (connection: Connection, out: string) =>
  takeBackup({ source: createBackupSource(connection), out, progress: nothing });

/** @returns what the backup holds */
export const restoreInto = async (
  connection: Connection,
  from: string,
  afterwards: () => Promise<void> = () => Promise.resolve(),
): Promise<BackupManifest> => {
  const manifest = await readBackup(from);
  await restoreBackup({ target: createRestoreTarget(connection), from, manifest, progress: nothing, afterwards });
  return manifest;
};

/** Replays every product's ledger. @returns how many products there are, and what is wrong with them */
export const auditEverything = async (connection: Connection): Promise<{ products: number; faults: string[] }> => {
  const products = connection.models['Product'] ?? createProductModel(connection);
  const movements = connection.models['Movement'] ?? createMovementModel(connection);
  const ledger = createMovementQueries({ products, movements });
  const { audit } = createAuditService({ ledger, repair: () => Promise.resolve(false) });
  const found = { products: 0, faults: [] as string[] };
  for await (const id of ledger.productIds()) {
    found.products++;
    found.faults.push(...(await audit(id)).faults.map((fault) => `${id}: ${fault}`));
  }
  return found;
};
