import { covers, decodeEntry, encodeEntry } from '../../../../src/services/cache/entry-text.js';

describe('entry text', () => {
  it.each([
    ['JSON', '{"a":"b"}'],
    ['text with line ends', 'one\ntwo\n'],
    ['text beyond ASCII', 'Tür ☃ 🛒'],
    ['nothing', null],
  ])('when an entry of %s is stored and read, then it is the same', (_, body) => {
    const entry = { body, version: 7, seq: 12_345, expiresAtMs: 1_800_000_000_000 };
    expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });

  it.each(['', 'Ltoken', 'V1,2\n{}', 'V1,2,3', 'V1,2,x\n{}', 'v1,2,3\n{}', ' V1,2,3\n{}', '{"a":1}', 'V-1,2,3\n{}'])(
    'when the text is %j, then it is no entry',
    (text) => {
      expect(decodeEntry(text)).toBeNull();
    },
  );

  it('when a stamp is as new or newer in all that an event knows, then it covers the event, else not', () => {
    const stamp = { version: 3, seq: 8 };
    expect([{}, { version: 3 }, { seq: 8 }, { version: 2, seq: 8 }].map((event) => covers(stamp, event))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([{ version: 4 }, { seq: 9 }, { version: 1, seq: 9 }].map((event) => covers(stamp, event))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
