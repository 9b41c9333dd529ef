import { createZipf } from '../../../load/bench/zipf.js';

describe('createZipf', () => {
  it('when three ids are drawn, then their shares are 6, 3 and 2 of 11', () => {
    const rankAt = createZipf(3);
    const ranks = Array.from({ length: 1100 }, (_, i) => rankAt((i + 0.5) / 1100));
    const counts = [0, 1, 2].map((rank) => ranks.filter((each) => each === rank).length);
    expect(counts).toEqual([600, 300, 200]);
  });
  it('when the exponent is 0, then all are alike', () => {
    const rankAt = createZipf(4, 0);
    expect([0, 0.26, 0.51, 0.76].map(rankAt)).toEqual([0, 1, 2, 3]);
  });
  it('when the share is at either end, then a rank that exists is drawn', () => {
    const rankAt = createZipf(10_000);
    expect(rankAt(0)).toBe(0);
    expect(rankAt(1 - Number.EPSILON)).toBe(9_999);
    expect(rankAt(1)).toBe(9_999);
  });
});
