import { createUserNames } from '../../../src/services/user-names.js';

const setUp = () => {
  const asked: (readonly string[])[] = [];
  const known = new Map([['a', 'Ada']]);
  const names = createUserNames({
    users: {
      namesOf: (ids) => {
        asked.push(ids);
        return Promise.resolve(new Map([...known].filter(([id]) => ids.includes(id))));
      },
    },
  });
  return { names, asked };
};

describe('user names', () => {
  it('when ids repeat, then each is asked for once, and who is unknown is left out', async () => {
    const { names, asked } = setUp();
    expect(await names.of(['a', 'b', 'a'])).toEqual(new Map([['a', 'Ada']]));
    expect(asked).toEqual([['a', 'b']]);
  });

  it('when there are no ids, then nobody is asked', async () => {
    const { names, asked } = setUp();
    expect(await names.of([])).toEqual(new Map());
    expect(asked).toEqual([]);
  });
});
