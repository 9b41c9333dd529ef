import { cursorTag, decodeCursor, encodeCursor } from '../../../src/utils/cursor.js';

const tag = cursorTag({ sort: 'price' });
const rubbish = expect.objectContaining({
  code: 'VALIDATION_FAILED',
  details: [{ path: 'query.cursor', message: expect.any(String) as string }],
}) as Error;
const raw = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('cursor', () => {
  it('when it comes back to its query, then its parts are read again', () => {
    expect(decodeCursor(encodeCursor(tag, [1999, 'ид"1']), tag, ['number', 'string'])).toEqual([1999, 'ид"1']);
  });

  it('when it is made, then it can stand in a URL as it is', () => {
    expect(encodeCursor(tag, ['??>>~~', '\u0000ÿ'])).toMatch(/^[\w-]+$/);
  });

  it('when the query is another one, then it is refused', () => {
    const cursor = encodeCursor(cursorTag({ sort: '-price' }), [1, 'a']);
    expect(() => decodeCursor(cursor, tag, ['number', 'string'])).toThrow(rubbish);
  });

  it.each([
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['no list', raw({ tag })],
    ['a part too few', raw([tag, 1])],
    ['a part too many', raw([tag, 1, 'a', 'b'])],
    ['a part of another type', raw([tag, '1', 'a'])],
    ['an operator as a part', raw([tag, { $gt: 0 }, 'a'])],
    ['a number that is not whole', raw([tag, 1.5, 'a'])],
    ['null', raw(null)],
  ])('when it has %s, then it is refused', (_what, cursor) => {
    expect(() => decodeCursor(cursor, tag, ['number', 'string'])).toThrow(rubbish);
  });
});
