import { stat, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readRecord } from './mongod-files.js';
import { isListening } from './mongod-process.js';
import { askMongod } from './replica-set.js';

/** Where the embedded MongoDB of a data directory stands. */
export type EmbeddedState = { kind: 'running'; uri: string } | { kind: 'stopped' } | { kind: 'absent' };

/**
 * Looks for the embedded MongoDB of a data directory as a visitor: whoever started one that runs goes on using it and stops it,
 * and nothing is made or changed here.
 */
export const lookForMongo = async (dataDir: string): Promise<EmbeddedState> => {
  // mongod tells its path as the system knows it, so links are resolved before the two are compared.
  const dir = await realpath(resolve(dataDir)).catch(() => undefined);
  if (dir === undefined) return { kind: 'absent' };
  const db = join(dir, 'db');
  const record = await readRecord(join(dir, 'mongod.json'));
  if (record !== undefined && (await isListening(record.port))) {
    const found = await askMongod(record.port);
    if (found?.dbPath === db) {
      const uri = `mongodb://127.0.0.1:${record.port}/stockroom?replicaSet=${found.replicaSet}`;
      return { kind: 'running', uri };
    }
  }
  const data = await stat(db).catch(() => undefined);
  return data === undefined ? { kind: 'absent' } : { kind: 'stopped' };
};
