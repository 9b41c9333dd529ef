import { parseArgs, type ParseArgsConfig } from 'node:util';
import { z } from 'zod';
import { StartError } from '../utils/errors.js';

export const backupUsage = 'npm run backup [-- --out <directory>]';
export const restoreUsage = 'npm run restore -- --from <directory> [--until <time>]';
export const rebuildUsage = 'npm run rebuild -- --until <time>';

export const backupHelp = `Writes all of the service's database, as of one moment, into a new directory; the service may run meanwhile.

  ${backupUsage}

  --out <directory>   where to; it must not be there yet. Default: backups/<database>-<time>

MONGO_URI names the database; without it, it is the embedded one of DATA_DIR. SERVICE=orders: that of the order service.
Exit code: 0 done, 2 it could not be done. See docs/backup.md.`;

export const restoreHelp = `Writes a backup into an empty database, then audits every product's ledger.

  ${restoreUsage}

  --from <directory>  the backup; every file is checked before anything is written
  --until <time>      stock as of that time (ISO 8601, such as 2026-05-01T09:30:00Z): what moved later is taken out

MONGO_URI names the database; without it, it is the embedded one of DATA_DIR. SERVICE=orders: that of the order service.
Exit code: 0 restored and every book agrees, 1 restored and some do not, 2 it could not be done. See docs/backup.md.`;

export const rebuildHelp = `Works out from the ledger what every product had at a time, as CSV; changes nothing.

  ${rebuildUsage}

  --until <time>      ISO 8601, such as 2026-05-01T09:30:00Z; movements up to and at that time count

Exit code: 0 done, 2 it could not be done.`;

const time = z.iso.datetime({ offset: true });

const text = { type: 'string' } as const;

/**
 * @param names the options that there are, each with a value
 * @throws StartError one line that names what is wrong, with the usage
 */
const parse = <T extends string>(
  args: readonly string[],
  names: readonly T[],
  usage: string,
): Partial<Record<T, string>> & { help?: boolean } => {
  try {
    const options = { ...Object.fromEntries(names.map((name) => [name, text])), help: { type: 'boolean', short: 'h' } };
    return parseArgs({ args: [...args], options: options as NonNullable<ParseArgsConfig['options']> }).values as never;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${reason.split('\n')[0] ?? ''}. Usage: ${usage}`, { cause: error });
  }
};

const timeOf = (text: string, usage: string): Date => {
  const parsed = time.safeParse(text);
  if (!parsed.success) throw new StartError(`--until ${text} is not a time in ISO 8601. Usage: ${usage}`);
  return new Date(parsed.data);
};

export type Asked<T> = T | 'help';

/** @throws StartError one line that names what is wrong, with the usage */
export const backupArguments = (args: readonly string[]): Asked<{ out: string | undefined }> => {
  const { help, out } = parse(args, ['out'], backupUsage);
  return help === true ? 'help' : { out };
};

/** @throws StartError one line that names what is wrong, with the usage */
export const restoreArguments = (args: readonly string[]): Asked<{ from: string; until: Date | null }> => {
  const { help, from, until } = parse(args, ['from', 'until'], restoreUsage);
  if (help === true) return 'help';
  if (from === undefined) throw new StartError(`--from is missing. Usage: ${restoreUsage}`);
  return { from, until: until === undefined ? null : timeOf(until, restoreUsage) };
};

/** @throws StartError one line that names what is wrong, with the usage */
export const rebuildArguments = (args: readonly string[]): Asked<{ until: Date }> => {
  const { help, until } = parse(args, ['until'], rebuildUsage);
  if (help === true) return 'help';
  if (until === undefined) throw new StartError(`--until is missing. Usage: ${rebuildUsage}`);
  return { until: timeOf(until, rebuildUsage) };
};
