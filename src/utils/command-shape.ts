/** What a command for MongoDB asks, without a single value: safe to log, and the same for all that differ in values alone. */
export interface CommandShape {
  /** The command's name, such as `find`. */
  command: string;
  /** Null for commands that have none. */
  collection: string | null;
  /** Filters, sorts, stages and changes by their keys, such as `filter{productId:?,seq{$lt:?}} sort{seq:-1}`. */
  shape: string;
}

const depthMax = 12;
const keysMax = 40;
const shapeMax = 1_000;

/** Parts of a command that say what it asks; `q` and `u` are those of an update or a delete. */
const parts = ['filter', 'query', 'q', 'u', 'update', 'pipeline', 'key', 'sort', 'hint'] as const;
/** Directions and index names are no data of anybody's. */
const shown = new Set(['sort', 'hint', '$sort']);
/** Stages that say nothing of the work: which fields are given back. */
const outputOnly = new Set(['$project', '$unset']);

type Fields = Readonly<Record<string, unknown>>;

/** The driver keeps the order of a sort in a map. */
const plainOf = (value: unknown): unknown => (value instanceof Map ? (Object.fromEntries(value) as Fields) : value);

const isFields = (value: unknown): value is Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  // Times, ids, binaries and regular expressions are values.
  return Object.getPrototypeOf(value) === Object.prototype && !('_bsontype' in value);
};

const listShape = (values: readonly unknown[], depth: number): string => {
  // Of ever so many alternatives, each kind counts once: `$in` of 3 and of 300 is one question.
  const kinds = [...new Set(values.slice(0, keysMax).map((value) => valueShape(value, depth)))];
  return `[${kinds.join(',')}]`;
};

const fieldsShape = (fields: Fields, depth: number, plain: boolean): string => {
  const shapes = Object.entries(fields)
    .slice(0, keysMax)
    .filter(([key]) => !outputOnly.has(key))
    .map(([key, value]) => {
      if (plain && !isFields(value)) return `${key}:${String(value)}`;
      const inner = valueShape(value, depth, plain || shown.has(key));
      return inner.startsWith('{') ? `${key}${inner}` : `${key}:${inner}`;
    });
  return `{${shapes.join(',')}}`;
};

const valueShape = (given: unknown, depth: number, plain = false): string => {
  if (depth >= depthMax) return '?';
  const value = plainOf(given);
  if (Array.isArray(value)) return listShape(value, depth + 1);
  return isFields(value) ? fieldsShape(value, depth + 1, plain) : '?';
};

const partsShape = (asked: Fields): string =>
  parts
    .filter((part) => asked[part] !== undefined && !(isFields(asked[part]) && Object.keys(asked[part]).length === 0))
    .map((part) => {
      const value = asked[part];
      return part === 'hint' && typeof value === 'string'
        ? `hint:${value}`
        : `${part}${valueShape(value, 0, shown.has(part))}`;
    })
    .join(' ');

/** A bulk of updates or deletes is many questions of few kinds. */
const bulkShape = (statements: unknown): string =>
  Array.isArray(statements)
    ? [...new Set(statements.slice(0, keysMax).map((each) => (isFields(each) ? partsShape(each) : '?')))].join(' | ')
    : '';

/**
 * The shape of a command as it is sent, or as the server's profiler keeps it. Names of fields are shown, values never.
 * Bounded in depth and length, whatever the command.
 */
export const commandShape = (name: string, command: Fields): CommandShape => {
  const target = name === 'getMore' ? command['collection'] : command[name];
  const statements = command['updates'] ?? command['deletes'];
  const shape = statements === undefined ? partsShape(command) : bulkShape(statements);
  return {
    command: name,
    collection: typeof target === 'string' ? target : null,
    shape: shape.length > shapeMax ? `${shape.slice(0, shapeMax)}…` : shape,
  };
};
