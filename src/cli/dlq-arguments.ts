import { parseArgs } from 'node:util';
import { StartError } from '../utils/errors.js';

export interface DlqTask {
  action: 'list' | 'replay' | 'drop';
  /** None stands for all. */
  ids: ReadonlySet<string> | undefined;
  queue: string | undefined;
  limit: number;
  /** Show each message as it is. */
  bodies: boolean;
}

export type DlqArguments = DlqTask | { action: 'help' };

export const dlqUsage =
  'npm run dlq -- list | replay | drop | help [<id>...] [--all] [--queue <name>] [--limit <n>] [--bodies]';

export const dlqHelp = `Dead letters: events that no consumer could work off. They stay where they are until somebody decides.

  ${dlqUsage}

  list              shows them, the eldest first; --bodies shows each message as it was delivered
  replay <id>...    puts those back into the queues that they came from, with all their tries
  replay --all      puts all back
  drop <id>...      deletes those for good
  drop --all        deletes all for good

  --queue <name>    only those of one queue
  --limit <n>       at most so many, 1 to 10000; 100 for list, else 10000

RABBITMQ_URL (with RABBITMQ_PREFIX) names the broker; without it they are in the service's database.
Exit code: 0 done, 1 nothing was found, 2 it could not be done.`;

const actions = ['list', 'replay', 'drop', 'help'] as const;
const limitMax = 10_000;
const listed = 100;

const limitOf = (given: string | undefined, action: DlqTask['action']): number => {
  if (given === undefined) return action === 'list' ? listed : limitMax;
  const limit = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (limit < 1 || limit > limitMax) throw new Error(`--limit ${given} is not a whole number from 1 to ${limitMax}`);
  return limit;
};

const parse = (args: readonly string[]): DlqArguments => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      bodies: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      queue: { type: 'string' },
      limit: { type: 'string' },
    },
  });
  const [named = 'help', ...ids] = positionals;
  const action = values.help ? 'help' : actions.find((each) => each === named);
  if (action === undefined) throw new Error(`${named} is nothing that can be done with dead letters`);
  if (action === 'help') return { action };
  const changes = action === 'replay' || action === 'drop';
  // What cannot be undone has to be said in full.
  if (changes && ids.length === 0 && !values.all) throw new Error(`${action} needs ids, or --all`);
  if (changes && ids.length > 0 && values.all) throw new Error(`${action} takes ids or --all, not both`);
  return {
    action,
    ids: ids.length > 0 ? new Set(ids) : undefined,
    queue: values.queue,
    limit: limitOf(values.limit, action),
    bodies: values.bodies,
  };
};

/**
 * Reads the command line.
 * @throws StartError one line that names what is wrong, with the usage
 */
export const dlqArguments = (args: readonly string[]): DlqArguments => {
  try {
    return parse(args);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${reason.split('\n')[0] ?? ''}. Usage: ${dlqUsage}`, { cause: error });
  }
};
