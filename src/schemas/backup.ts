import { z } from 'zod';

const count = z.int().min(0);

/** The page of contents of a backup; see docs/backup.md. */
export const backupManifest = z.strictObject({
  format: z.literal('stockroom-backup'),
  /** Grows when an older version could not read it any more. */
  version: z.literal(1),
  /** The database's name where it was taken. */
  database: z.string().min(1),
  takenAt: z.iso.datetime(),
  /** The moment that all of it is as of, by the database's own clock. */
  clusterTime: z.strictObject({ seconds: count, increment: count }),
  collections: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(255),
        file: z.string().regex(/^[\w.%-]{1,255}\.bson\.gz$/),
        documents: count,
        /** Of the documents, before they are compressed. */
        bytes: count,
        /** As MongoDB lists them, without the one of `_id`. */
        indexes: z.array(
          z.looseObject({ name: z.string(), key: z.record(z.string(), z.union([z.number(), z.string()])) }),
        ),
      }),
    )
    .min(1)
    .max(1_000),
});

export type BackupManifest = z.infer<typeof backupManifest>;
export type BackupCollection = BackupManifest['collections'][number];
