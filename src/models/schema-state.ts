import type { Connection } from 'mongoose';
import pLimit from 'p-limit';
import { buildIndexes } from './index-builds.js';

export interface DeclaredIndex {
  name: string;
  /** Fields and directions, in order. */
  key: Readonly<Record<string, number>>;
  options: Readonly<Record<string, unknown>>;
}

export interface DeclaredCollection {
  name: string;
  indexes: readonly DeclaredIndex[];
}

/** What tells a database from what is declared. */
export interface SchemaGap {
  /** Collections to be made. */
  collections: readonly string[];
  /** Indexes to be built. */
  indexes: readonly { collection: string; missing: readonly DeclaredIndex[] }[];
  /** `collection.index` of those that are there by name and are not what is declared. */
  different: readonly string[];
  /** `collection.index` of those that nobody declares: an earlier version's, or an operator's. */
  undeclared: readonly string[];
}

const commandMsMax = 10_000;
const progressMs = 5_000;
const namespaceExists = 48;
/**
 * More would each want a connection of their own, which the driver makes two at a time: with a database that is slow at that the last would
 * wait longer than anybody waits for one, and the start would end there.
 */
const looksAtOnce = 2;

type Database = NonNullable<Connection['db']>;
type StoredIndex = Readonly<Record<string, unknown>> & Pick<DeclaredIndex, 'name' | 'key'>;

/** What makes an index another one, beside its fields and their order. */
const optionNames = ['unique', 'sparse', 'expireAfterSeconds', 'partialFilterExpression'] as const;

const identity = (key: DeclaredIndex['key'], options: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([Object.entries(key), ...optionNames.map((name) => options[name] ?? null)]);

const isSame = ({ key, options }: DeclaredIndex, stored: StoredIndex): boolean =>
  identity(key, options) === identity(stored.key, stored);

const storedIndexes = async (db: Database, collection: string): Promise<StoredIndex[]> => {
  const found = await db.collection(collection).listIndexes({ maxTimeMS: commandMsMax }).toArray();
  return (found as StoredIndex[]).filter(({ name }) => name !== '_id_');
};

/** Shows how far index builds are, where this user may see that; nothing hangs on it. */
const watchBuilds = (db: Database, progress: (line: string) => void): (() => void) => {
  const look = async (): Promise<void> => {
    const builds = { 'command.createIndexes': { $exists: true }, 'command.$db': db.databaseName };
    const { inprog } = await db.admin().command({ currentOp: 1, ...builds, maxTimeMS: progressMs });
    for (const { msg } of inprog as { msg?: string }[]) if (msg !== undefined) progress(`  ${msg}`);
  };
  const timer = setInterval(() => void look().catch(() => undefined), progressMs);
  return () => clearInterval(timer);
};

/** Holds a database against the collections and indexes that are declared, and builds what it lacks; drops nothing. */
export const createSchemaState = (connection: Connection, declared: readonly DeclaredCollection[]) => {
  const { db } = connection;
  if (!db) throw new Error('The state of a schema needs an open connection.');

  const makeCollection = async (name: string): Promise<void> => {
    try {
      await db.command({ create: name });
    } catch (error) {
      // Of two that begin at once, one finds it made.
      if ((error as { code?: unknown }).code !== namespaceExists) throw error;
    }
  };

  return {
    /** Asks the database; changes nothing. */
    gap: async (): Promise<SchemaGap> => {
      const found = await db.listCollections({}, { nameOnly: true, maxTimeMS: commandMsMax }).toArray();
      const names = new Set(found.map(({ name }) => name));
      const look = async ({ name: collection, indexes }: DeclaredCollection) => {
        const stored = names.has(collection) ? await storedIndexes(db, collection) : [];
        const byName = new Map(stored.map((index) => [index.name, index]));
        const isDifferent = (index: DeclaredIndex): boolean => {
          const known = byName.get(index.name);
          return known !== undefined && !isSame(index, known);
        };
        const wanted = new Set(indexes.map(({ name }) => name));
        return {
          collection,
          missing: indexes.filter(({ name }) => !byName.has(name)),
          different: indexes.filter(isDifferent).map(({ name }) => `${collection}.${name}`),
          undeclared: stored.filter(({ name }) => !wanted.has(name)).map(({ name }) => `${collection}.${name}`),
        };
      };
      const some = pLimit(looksAtOnce);
      const states = await Promise.all(declared.map((each) => some(look, each)));
      return {
        collections: declared.map(({ name }) => name).filter((name) => !names.has(name)),
        indexes: states.filter(({ missing }) => missing.length > 0),
        different: states.flatMap(({ different }) => different),
        undeclared: states.flatMap(({ undeclared }) => undeclared),
      };
    },

    /**
     * Makes what is missing. Reads and writes go on meanwhile, as MongoDB locks a collection for moments only at the begin and the end of
     * a build. Can be repeated: what is being built already is waited for.
     */
    build: async ({ collections, indexes }: SchemaGap, progress: (line: string) => void): Promise<void> => {
      for (const name of collections) await makeCollection(name);
      const unwatch = watchBuilds(db, progress);
      try {
        for (const { collection, missing } of indexes) {
          const wanted = missing.map(({ name, key, options }) => ({ name, key, ...options }));
          await buildIndexes(db, collection, wanted);
        }
      } finally {
        unwatch();
      }
    },
  };
};

export type SchemaState = ReturnType<typeof createSchemaState>;
