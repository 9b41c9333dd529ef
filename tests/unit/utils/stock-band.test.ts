import fc from 'fast-check';
import { exactBands, stockBand } from '../../../src/utils/stock-band.js';
import { seed } from '../../helpers/seed.js';

const stock = fc.integer({ min: 0, max: 1_000_000_000 });

describe('stock band', () => {
  it('when stock is below 128, then the band is the stock', () => {
    for (let units = 0; units < exactBands; units++) expect(stockBand(units)).toBe(units);
    expect(stockBand(exactBands)).toBe(exactBands);
  });

  it('when stock grows, then the band never falls', () => {
    fc.assert(
      fc.property(stock, stock, (a, b) => {
        expect(Math.sign(stockBand(a) - stockBand(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
      }),
      { seed },
    );
  });

  it('when two stocks share a band, then they are within two hundredths of each other', () => {
    fc.assert(
      fc.property(stock, (units) => {
        const above = Math.ceil(units * 1.02);
        expect(units === 0 || stockBand(above) > stockBand(units)).toBe(true);
      }),
      { seed },
    );
  });
});
