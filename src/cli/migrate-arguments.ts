import { parseArgs } from 'node:util';
import { StartError } from '../utils/errors.js';

export type MigrateAction = 'up' | 'status' | 'help';

export const migrateUsage = 'npm run migrate [-- up | status | help]';

export const migrateHelp = `Brings the database to what this version needs: its collections, indexes and data. Safe while the service runs.

  ${migrateUsage}

  up        does what is pending (the default); one process at a time, others wait
  status    says what is pending, and changes nothing

MONGO_URI names the database, SERVICE what it holds; without MONGO_URI it is the embedded one of DATA_DIR.
Exit code: 0 nothing is pending (any more), 1 status: something is, 2 it could not be done.`;

const actions = ['up', 'status', 'help'] as const;

/**
 * Reads the command line.
 * @throws StartError one line that names what is wrong, with the usage
 */
export const migrateArguments = (args: readonly string[]): MigrateAction => {
  try {
    const options = { help: { type: 'boolean', short: 'h', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [named = 'up', ...rest] = positionals;
    const action = values.help ? 'help' : actions.find((each) => each === named);
    if (action === undefined || rest.length > 0) throw new Error(`"${positionals.join(' ')}" is nothing to be done`);
    return action;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${reason.split('\n')[0] ?? ''}. Usage: ${migrateUsage}`, { cause: error });
  }
};
