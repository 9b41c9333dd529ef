/** Below this, a band is one number of units. */
export const exactBands = 128;

const mantissaBits = 6;

/**
 * A coarse measure of stock that grows with it: exact up to 127 units, above that the seven leading bits, so that a
 * band spans one or two hundredths of the stock in it. Indexes hold the band in place of the stock: it changes with few
 * purchases, and a change of any indexed field makes MongoDB work out the keys of every index of the product anew.
 * @param stock whole units, 0 to 2^31 - 1
 */
export const stockBand = (stock: number): number => {
  const shift = Math.max(0, 31 - Math.clz32(stock) - mantissaBits);
  return (shift << mantissaBits) + (stock >> shift);
};
