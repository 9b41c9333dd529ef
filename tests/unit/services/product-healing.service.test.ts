import type { ForeignChange } from '../../../src/services/product-cache.service.js';
import { createProductHealing } from '../../../src/services/product-healing.service.js';

const change = (id: string, more: Partial<ForeignChange> = {}): ForeignChange => ({
  ...{ id, stamp: { seq: 1 }, listed: false, stamped: true },
  ...more,
});

const build = (own: readonly string[] = []) => {
  const healed: ForeignChange[] = [];
  let counted = 0;
  const healing = createProductHealing({
    cache: {
      isOwn: ({ id }) => own.includes(id),
      heal: (each) => {
        healed.push(each);
        return Promise.resolve();
      },
    },
    metrics: { healed: (changes) => void (counted += changes) },
  });
  return { healing, healed, counted: () => counted };
};

describe('product healing', () => {
  it('when a product changes often, then it is healed once, to the newest of each number', async () => {
    const { healing, healed, counted } = build();
    healing.note(change('a', { stamp: { seq: 4 } }));
    healing.note(change('a', { stamp: { version: 2 }, listed: true }));
    healing.note(change('a', { stamp: { seq: 5 } }));
    await healing.flush();
    expect(healed).toEqual([change('a', { stamp: { seq: 5, version: 2 }, listed: true })]);
    expect(counted()).toBe(1);
  });

  it('when one of several changes has no stamp, then nothing is believed to be new enough', async () => {
    const { healing, healed } = build();
    healing.note(change('a', { stamp: {}, stamped: false, listed: true }));
    healing.note(change('a'));
    await healing.flush();
    expect(healed).toEqual([change('a', { stamped: false, listed: true })]);
  });

  it('when the process has written it itself, then nothing is done, and nothing counted', async () => {
    const { healing, healed, counted } = build(['a']);
    healing.note(change('a'));
    healing.note(change('b'));
    await healing.flush();
    expect(healed.map(({ id }) => id)).toEqual(['b']);
    expect(counted()).toBe(1);
  });

  it('when it has been flushed, then nothing is healed again', async () => {
    const { healing, healed } = build();
    for (let i = 0; i < 1_200; i++) healing.note(change(String(i)));
    await healing.flush();
    await healing.flush();
    expect(healed).toHaveLength(1_200);
  });
});
