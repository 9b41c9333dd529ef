import { bounded } from '../../../../load/faults/bounded.js';

const never = new Promise<never>(() => undefined);

describe('bounded', () => {
  it('when it comes in time, then that is what it gives', async () => {
    expect(await bounded(Promise.resolve(7), 60_000, 'it')).toBe(7);
    await expect(bounded(Promise.reject(new Error('no')), 60_000, 'it')).rejects.toThrow('no');
  });

  it('when it never comes, then it says what hangs', async () => {
    await expect(bounded(never, 5, 'the sea')).rejects.toThrow('the sea hangs: nothing for 5 ms');
  });
});
