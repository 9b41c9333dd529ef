import { nameKeyOf, searchWords, termsMax, termsOf, wordsOf } from '../../../src/utils/terms.js';

describe('words', () => {
  it.each([
    ['Éclair au Café', ['eclair', 'au', 'cafe']],
    ['ＦＵＬＬ　width', ['full', 'width']],
    ['SKU-0042/b', ['sku', '0042', 'b']],
    ['İstanbul ISTANBUL', ['istanbul']],
    ['лампа ЛАМПА 灯', ['лампа', '灯']],
    ['हिन्दी', ['हिन्दी']],
    ['--- !!!', []],
    ['x'.repeat(50), ['x'.repeat(40)]],
  ])('when the text is %j, then they are folded and each comes once', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('terms', () => {
  it('when texts are given, then every beginning of every word is a term, the shortest first', () => {
    expect(termsOf(['Red lamp', 'LED'])).toEqual(['r', 'l', 're', 'la', 'le', 'red', 'lam', 'led', 'lamp']);
  });

  it('when the texts are as long as they can be, then every beginning still is there', () => {
    const tags = Array.from({ length: 20 }, (_, n) => String.fromCharCode(97 + n).repeat(40));
    const terms = termsOf([...tags, 'z '.repeat(100)]);
    expect(terms).toContain('t'.repeat(40));
    expect(terms).toHaveLength(20 * 40 + 1);
  });

  it('when folding makes far more of them, then they stay bounded and short beginnings stay', () => {
    const terms = termsOf(
      Array.from({ length: 50 }, (_, n) => `${String.fromCodePoint(0x4e00 + n)}${'㎏'.repeat(39)}`),
    );
    expect(terms).toHaveLength(termsMax);
    expect(terms).toContain(String.fromCodePoint(0x4e00 + 49));
  });

  it('when a word holds characters beyond 16 bits, then none is cut in half', () => {
    expect(termsOf(['𐐷𐐷', '𝟙𝟚'])).toEqual(['𐐷', '1', '𐐷𐐷', '12']);
  });
});

describe('search words', () => {
  it.each([
    ['la lamp lamps', ['lamps']],
    ['a bcd ef', ['bcd', 'ef', 'a']],
    ['Lamp LAMP', ['lamp']],
  ])('when %j is searched, then the fewest that say it all come, longest first', (query, words) => {
    expect(searchWords(query)).toEqual(words);
  });
});

describe('name key', () => {
  it('when names differ in case and accents alone, then they sort together', () => {
    expect(['Zebra', 'écru', 'Apple', 'Ecru'].map(nameKeyOf).sort()).toEqual(['apple', 'ecru', 'ecru', 'zebra']);
  });

  it('when a name is long, then its key is cut', () => {
    expect(nameKeyOf('𐐷'.repeat(200))).toBe('𐐷'.repeat(100));
  });
});
