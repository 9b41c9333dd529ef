/** What a search compares of a word: more than that and two words count as the same. */
const beginningMax = 40;

/** The most terms that a product is found by; past it the longest beginnings go first. */
export const termsMax = 1000;

/** Sort keys are cut, in code points, to keep index entries and cursors short; names alike so far go by id. */
const nameKeyMax = 100;

const accents = /[\u0300-\u036f]+/g;
const betweenWords = /[^\p{L}\p{N}\p{M}]+/u;

/** Folds case, accents and compatibility forms, so that `Éclair`, `eclair` and `ＥＣＬＡＩＲ` are the same. */
const fold = (text: string): string => text.normalize('NFKD').toLowerCase().replace(accents, '');

const cut = (text: string, points: number): string =>
  text.length <= points ? text : Array.from(text).slice(0, points).join('');

/** The words of a text, folded, each once, in their order. */
export const wordsOf = (text: string): string[] => [
  ...new Set(
    fold(text)
      .split(betweenWords)
      .filter((word) => word !== '')
      .map((word) => cut(word, beginningMax)),
  ),
];

/** Every beginning of every word of the texts: a search for a beginning then is a look-up of the whole term. */
export const termsOf = (texts: readonly string[]): string[] => {
  const words = [...new Set(texts.flatMap(wordsOf))].map((word) => Array.from(word));
  const terms = new Set<string>();
  for (let length = 1; length <= beginningMax; length++) {
    for (const points of words) {
      if (points.length >= length) terms.add(points.slice(0, length).join(''));
      if (terms.size >= termsMax) return [...terms];
    }
  }
  return [...terms];
};

/** The words that a search has to look up, longest first; a word that another one begins with says nothing more. */
export const searchWords = (query: string): string[] => {
  const words = wordsOf(query);
  return words
    .filter((word) => !words.some((other) => other !== word && other.startsWith(word)))
    .sort((a, b) => b.length - a.length);
};

/** What products are sorted by name by: folded, so that upper case and accents do not part what belongs together. */
export const nameKeyOf = (name: string): string => cut(fold(name), nameKeyMax);
