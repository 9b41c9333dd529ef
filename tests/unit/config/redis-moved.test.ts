import { movedTo } from '../../../src/config/redis-moved.js';

const url = 'rediss://user:secret@cache.example:6379/0';

describe('movedTo', () => {
  it.each([
    ['MOVED 3999 10.0.0.7:6381', 'rediss://user:secret@10.0.0.7:6381/0'],
    ['MOVED 3999 node-2.cache.example:6379', 'rediss://user:secret@node-2.cache.example:6379/0'],
    ['MOVED 3999 fd00::7:6381', 'rediss://user:secret@[fd00::7]:6381/0'],
    ['MOVED 3999 :6381', 'rediss://user:secret@cache.example:6381/0'],
  ])('when a node answers "%s", then the keys are at %s', (message, there) => {
    expect(movedTo(new Error(message), url)).toBe(there);
  });

  it.each(['ASK 3999 10.0.0.7:6381', 'CLUSTERDOWN Hash slot not served', 'MOVED', ''])(
    'when a node answers "%s", then nothing is followed',
    (message) => {
      expect(movedTo(new Error(message), url)).toBeUndefined();
    },
  );

  it('when what failed is no error, then nothing is followed', () => {
    expect(movedTo('MOVED 3999 10.0.0.7:6381', url)).toBeUndefined();
  });
});
