import { dlqArguments } from '../../../src/cli/dlq-arguments.js';
import { runDlq } from '../../../src/cli/dlq-run.js';
import type { DeadLetter, DeadLetterFilter } from '../../../src/services/messaging/event-bus.js';

const letter: DeadLetter = {
  id: 'e1',
  queue: 'orders.taken',
  type: 'order.created',
  reason: 'never\u001b[2J again',
  failures: 3,
  at: new Date(0),
  body: '{"a":\n1}',
};

const world = (letters: readonly DeadLetter[] = [letter]) => {
  const asked: [string, DeadLetterFilter][] = [];
  const lines: string[] = [];
  const counting = (what: string) => (filter: DeadLetterFilter) => {
    asked.push([what, filter]);
    return Promise.resolve(letters.length);
  };
  const deadLetters = {
    list: (filter: DeadLetterFilter) => counting('list')(filter).then(() => [...letters]),
    replay: counting('replay'),
    drop: counting('drop'),
  };
  return { asked, lines, run: { deadLetters, print: (line: string) => lines.push(line) } };
};

describe('the arguments of dlq', () => {
  it('when nothing is said, then help is given', () => {
    expect(dlqArguments([])).toEqual({ action: 'help' });
    expect(dlqArguments(['list', '--help'])).toEqual({ action: 'help' });
  });

  it('when ids, a queue and a limit are named, then these are taken', () => {
    expect(dlqArguments(['replay', 'a', 'b', '--queue', 'q', '--limit', '7'])).toEqual({
      action: 'replay',
      ids: new Set(['a', 'b']),
      queue: 'q',
      limit: 7,
      bodies: false,
    });
    expect(dlqArguments(['list', '--bodies'])).toEqual({
      action: 'list',
      ids: undefined,
      queue: undefined,
      limit: 100,
      bodies: true,
    });
  });

  it.each([
    [['drop'], 'drop needs ids, or --all'],
    [['replay'], 'replay needs ids, or --all'],
    [['drop', 'a', '--all'], 'not both'],
    [['purge'], 'purge is nothing'],
    [['list', '--limit', '0'], '--limit 0'],
    [['list', '--limit', '1e3'], '--limit 1e3'],
    [['list', '--limit', '10001'], '--limit 10001'],
    [['list', '--fast'], '--fast'],
  ])('when they are %j, then one line says what is wrong', (args, said) => {
    expect(() => dlqArguments(args)).toThrow(said);
    expect(() => dlqArguments(args)).toThrow('Usage: npm run dlq');
  });
});

describe('dlq', () => {
  const task = { ids: undefined, queue: undefined, limit: 10, bodies: false } as const;

  it('when letters are listed, then each has its line, and nothing in it can move the screen', async () => {
    const { lines, run } = world();
    expect(await runDlq({ ...task, action: 'list', bodies: true }, run)).toBe(1);
    expect(lines).toEqual([
      '1970-01-01T00:00:00.000Z orders.taken order.created e1 after 3 failures: never [2J again',
      '  {"a": 1}',
      '1 dead letter',
    ]);
  });

  it('when the list may go on, then it says so', async () => {
    const { lines, run } = world();
    await runDlq({ ...task, action: 'list', limit: 1 }, run);
    expect(lines.at(-1)).toBe('the first 1 dead letter; --limit shows more');
  });

  it.each(['replay', 'drop'] as const)('when letters are named for %s, then these alone are meant', async (action) => {
    const { asked, run } = world([letter, letter]);
    const ids = new Set(['e1']);
    expect(await runDlq({ ...task, action, ids, queue: 'q' }, run)).toBe(2);
    expect(asked).toEqual([[action, { ids, queue: 'q', limit: 10 }]]);
  });
});
