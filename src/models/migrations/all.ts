import type { DatabasePart } from '../declared-collections.js';
import type { Migration } from './migration.js';
import { namesOfUsers } from './names-of-users.js';

/** Changes of data, oldest first; new ones go to the end. Collections and indexes are not among them: those are declared by the models. */
const migrations: Readonly<Record<DatabasePart, readonly Migration[]>> = {
  products: [namesOfUsers],
  orders: [],
};

export const migrationsOf = (parts: ReadonlySet<DatabasePart>): Migration[] =>
  [...parts].flatMap((part) => migrations[part]);
