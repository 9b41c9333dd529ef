import { setTimeout as sleep } from 'node:timers/promises';
import { restoringId, type MigrationStore } from '../models/migration-store.js';
import type { SchemaGap, SchemaState } from '../models/schema-state.js';
import { StartError } from '../utils/errors.js';
import { isMongoUnavailable } from '../utils/mongo-faults.js';
import { retry } from '../utils/retry.js';

export interface MigratorDependencies {
  schema: SchemaState;
  store: MigrationStore;
  /** Changes of data, in the order in which they are to be made. */
  migrations: readonly { id: string; up: (progress: (line: string) => void) => Promise<void> }[];
  /** One process at a time; see `createLease`. */
  lease: { start: () => Promise<void>; isHeld: () => boolean; stop: () => Promise<void> };
  /** For people: what is being done, a line at a time. */
  progress: (line: string) => void;
  /** How long another process that is at it is waited for, in milliseconds. */
  waitMsMax: number;
  pollMs?: number;
}

export interface MigrationStatus {
  /** What has to be done, a line each; empty when the database is what this version needs. */
  pending: readonly string[];
  /** Ids of migrations that a newer version has made. */
  unknown: readonly string[];
  /** `collection.index` of those that nobody declares. */
  undeclared: readonly string[];
}

/** A database that has been reached may still be too slow for a moment to take more connections, or be choosing a primary: no reason to die of. */
const looks = { attemptsMax: 10, baseMs: 250, capMs: 4_000, retryable: isMongoUnavailable } as const;

/** Tests, and people in a hurry, start two processes at once; a look each half a second is enough for both. */
const pollMsDefault = 500;

const pendingOf = ({ collections, indexes }: SchemaGap, migrations: readonly { id: string }[]): string[] => [
  ...collections.map((name) => `make collection ${name}`),
  ...indexes.flatMap(({ collection, missing }) =>
    missing.map(({ name }) => `build index ${name} of collection ${collection}`),
  ),
  ...migrations.map(({ id }) => `migrate ${id}`),
];

/** Brings a database to what this version needs, step by step, one process at a time; a run that was broken off is gone on with. */
export const createMigrator = (deps: MigratorDependencies) => {
  const { schema, store, migrations, lease, progress, waitMsMax, pollMs = pollMsDefault } = deps;

  const look = async () => {
    const [gap, applied] = await retry(async () => [await schema.gap(), await store.applied()] as const, looks);
    if (applied.includes(restoringId)) {
      throw new StartError(
        'A restore into this database was broken off, so it holds a part of the data: drop it, then restore again.',
      );
    }
    if (gap.different.length > 0) {
      throw new StartError(
        `The database has indexes that are not what this version declares under their names: ${gap.different.join(', ')}. Drop them, or give the declared ones new names.`,
      );
    }
    const known = new Set(migrations.map(({ id }) => id));
    return {
      gap,
      open: migrations.filter(({ id }) => !applied.includes(id)),
      unknown: applied.filter((id) => !known.has(id)),
    };
  };

  const status = async (): Promise<MigrationStatus> => {
    const { gap, open, unknown } = await look();
    return { pending: pendingOf(gap, open), unknown, undeclared: gap.undeclared };
  };

  /** Does what is left to do. Only with the lease. */
  const run = async (): Promise<string[]> => {
    const { gap, open } = await look();
    const [steps, startedMs] = [pendingOf(gap, open), performance.now()];
    await schema.build(gap, progress);
    for (const { id, up } of open) {
      if (!lease.isHeld()) throw new StartError('The lease on migrations was lost; run this again.');
      progress(`migrate ${id}`);
      const beganMs = performance.now();
      await up(progress);
      await store.record({ _id: id, at: new Date(), ms: Math.round(performance.now() - beganMs) });
    }
    if (steps.length > 0) {
      progress(
        `migrated the database: ${String(steps.length)} steps in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
      );
    }
    return steps;
  };

  /** @returns null when somebody else has done it meanwhile */
  const whenHeld = async (): Promise<string[] | null> => {
    const deadline = performance.now() + waitMsMax;
    for (let said = false; !lease.isHeld(); said = true) {
      if (performance.now() > deadline) {
        throw new StartError(
          `Another process is migrating this database, for more than ${String(waitMsMax / 1000)} s.`,
        );
      }
      if (!said) progress('another process is migrating the database; waiting for it');
      await sleep(pollMs);
      if ((await status()).pending.length === 0) return null;
    }
    return run();
  };

  return {
    /**
     * Looks, and changes nothing.
     * @throws StartError when the database cannot be migrated as it is
     */
    status,

    /**
     * Does whatever is pending.
     * @returns what has been done, a line each
     * @throws StartError as `status`, and when another process takes too long
     */
    up: async (): Promise<string[]> => {
      if ((await status()).pending.length === 0) return [];
      await lease.start();
      try {
        return (await whenHeld()) ?? [];
      } finally {
        await lease.stop();
      }
    },
  };
};

export type Migrator = ReturnType<typeof createMigrator>;
