import { csvLine } from '../../../src/utils/csv.js';

describe('csvLine', () => {
  it('when cells hold quotes, commas or line breaks, then they are quoted as RFC 4180 says', () => {
    expect(csvLine(['a', 'b,c', 'd "e"', 'f\r\ng', null, 7])).toBe('a,"b,c","d ""e""","f\r\ng",,7\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])(
    'when text begins as %j does, then no spreadsheet carries it out',
    (text) => {
      expect(csvLine([text]).replace(/^"?/, '').startsWith("'")).toBe(true);
    },
  );

  it('when a number is negative, then it stays a number; a time is ISO 8601', () => {
    expect(csvLine([-5, new Date(0)])).toBe('-5,1970-01-01T00:00:00.000Z\r\n');
  });
});
