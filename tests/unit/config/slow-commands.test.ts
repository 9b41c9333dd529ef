import { EventEmitter } from 'node:events';
import { watchSlowCommands } from '../../../src/config/slow-commands.js';

const watched = (thresholdMs = 100) => {
  const client = new EventEmitter();
  const lines: [Record<string, unknown>, string][] = [];
  let nowMs = 0;
  watchSlowCommands({
    client: client as never,
    thresholdMs,
    logger: { warn: (fields: Record<string, unknown>, message: string) => void lines.push([fields, message]) } as never,
    nowMs: () => nowMs,
  });
  let requestId = 0;
  const run = (duration: number, command: Record<string, unknown>, outcome = 'commandSucceeded') => {
    requestId++;
    const commandName = Object.keys(command)[0] ?? '';
    client.emit('commandStarted', { requestId, commandName, command });
    client.emit(outcome, { requestId, commandName, duration });
  };
  return { client, lines, run, at: (ms: number) => (nowMs = ms) };
};

const find = { find: 'products', filter: { name: 'a secret' } };

describe('slow commands', () => {
  it('when a command takes as long as the threshold, then its shape is logged without values', () => {
    const { lines, run } = watched();

    run(99, find);
    run(100, find);
    run(250, find, 'commandFailed');

    expect(lines).toEqual([
      [
        { command: 'find', collection: 'products', shape: 'filter{name:?}', durationMs: 100, outcome: 'succeeded' },
        'slow query',
      ],
      [expect.objectContaining({ durationMs: 250, outcome: 'failed' }), 'slow query'],
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('when a change feed waits as long as it says, then that is not slow, but a page of a cursor is', () => {
    const { lines, run } = watched();

    run(1_000, { getMore: 5n, collection: 'products', maxTimeMS: 1_000 });
    expect(lines).toEqual([]);
    run(1_000, { getMore: 5n, collection: 'products' });

    expect(lines).toHaveLength(1);
  });

  it('when thousands are slow at once, then a few lines a second tell of them and how many more there were', () => {
    const { lines, run, at } = watched();

    for (let count = 0; count < 1_000; count++) run(500, find);
    expect(lines).toHaveLength(5);
    at(1_000);
    run(500, find);

    expect(lines).toHaveLength(6);
    expect(lines[5]?.[0]).toMatchObject({ notShown: 995 });
  });

  it('when the threshold is 0, then nobody listens', () => {
    const { client } = watched(0);
    expect(client.eventNames()).toEqual([]);
  });
});
