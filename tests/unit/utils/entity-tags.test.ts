import { notModified, parseEntityTags, versionsOf } from '../../../src/utils/entity-tags.js';
import { expectInTime } from '../../helpers/in-time.js';

describe('entity tags', () => {
  it.each([
    ['"a"', ['a']],
    ['W/"a"', ['a']],
    [' "a" ,\t"b,c" , ', ['a', 'b,c']],
    [', "a"', ['a']],
    ['""', ['']],
    [' * ', '*'],
  ])('when the header is %j, then its tags are read', (header, tags) => {
    expect(parseEntityTags(header)).toEqual(tags);
  });

  it.each(['', ',', 'a', '"a', 'a"', '"a" "b"', 'w/"a"', '"a", *', '"a b"', '"a"b'])(
    'when the header is %j, then it is malformed',
    (header) => {
      expect(parseEntityTags(header)).toBeNull();
    },
  );

  it('when a header is long and wrong, then it is refused quickly', () => {
    const startedMs = performance.now();
    expect(parseEntityTags(`"a"${' ,'.repeat(8_000)}x`)).toBeNull();
    expect(parseEntityTags('"a", '.repeat(3_000) + '"')).toBeNull();
    expectInTime(performance.now() - startedMs, 'the refusal of a long header').toBeLessThan(1_000);
  });
});

describe('If-Match', () => {
  it.each([
    [undefined, null],
    ['*', null],
    ['"7.312"', [7]],
    ['W/"7.312", "9"', [7, 9]],
    ['"abc", "7.x", "-1.2"', []],
  ])('when it is %j, then these versions pass', (header, versions) => {
    expect(versionsOf(header)).toEqual(versions === null ? null : new Set(versions));
  });

  it('when it is malformed, then it is refused by name', () => {
    expect(() => versionsOf('7.312')).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        details: [expect.objectContaining({ path: 'If-Match' })],
      }) as Error,
    );
  });
});

describe('If-None-Match', () => {
  it.each([
    [undefined, false],
    ['"1.1"', true],
    ['W/"1.1"', true],
    ['"0.1", "1.1"', true],
    ['*', true],
    ['"1.2"', false],
    ['1.1', false],
  ])('when it is %j and the product is at "1.1", then not modified is %j', (header, expected) => {
    expect(notModified(header, '"1.1"')).toBe(expected);
  });
});
