import { createClosers } from '../../../src/utils/closers.js';

describe('closers', () => {
  it('when it closes, then the last opened goes first, and a step that fails holds up nobody', async () => {
    const order: string[] = [];
    const failed: string[] = [];
    const closers = createClosers((name) => failed.push(name));
    closers.add('first', () => order.push('first'));
    closers.add('second', () => Promise.reject(new Error('stuck')));
    closers.add('third', () => order.push('third'));
    await closers.close();
    expect(order).toEqual(['third', 'first']);
    expect(failed).toEqual(['second']);
  });

  it('when it is called again meanwhile, then both wait for the same and each step runs once', async () => {
    let runs = 0;
    const closers = createClosers(() => undefined);
    closers.add('only', async () => {
      await Promise.resolve();
      runs++;
    });
    await Promise.all([closers.close(), closers.close()]);
    expect(runs).toBe(1);
  });
});
