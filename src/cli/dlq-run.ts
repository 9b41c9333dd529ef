import type { DeadLetter, DeadLetters } from '../services/messaging/event-bus.js';
import type { DlqTask } from './dlq-arguments.js';

export interface DlqRunDependencies {
  deadLetters: DeadLetters;
  print: (line: string) => void;
}

/** Control characters would let a message write over the screen. */
const shown = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

const lineOf = ({ id, queue, type, reason, failures, at }: DeadLetter): string =>
  shown(`${at.toISOString()} ${queue} ${type} ${id} after ${failures} failures: ${reason}`);

const counted = (count: number): string => `${count} dead ${count === 1 ? 'letter' : 'letters'}`;

/** Does what the command line says. @returns how many dead letters it was done to */
export const runDlq = async (
  { action, ids, queue, limit, bodies }: DlqTask,
  { deadLetters, print }: DlqRunDependencies,
): Promise<number> => {
  const filter = { queue, limit, ...(ids === undefined ? {} : { ids }) };
  switch (action) {
    case 'list': {
      const letters = await deadLetters.list(filter);
      for (const letter of letters) {
        print(lineOf(letter));
        if (bodies) print(`  ${shown(letter.body)}`);
      }
      print(
        letters.length < limit ? counted(letters.length) : `the first ${counted(letters.length)}; --limit shows more`,
      );
      return letters.length;
    }
    case 'replay': {
      const count = await deadLetters.replay(filter);
      print(`${counted(count)} put back`);
      return count;
    }
    case 'drop': {
      const count = await deadLetters.drop(filter);
      print(`${counted(count)} deleted`);
      return count;
    }
  }
};
