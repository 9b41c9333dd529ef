/**
 * Zipf's law: the id of rank r (0 is the first) is drawn with a weight of 1 / (r + 1)^exponent, as the things of a shop are.
 * See https://en.wikipedia.org/wiki/Zipf%27s_law
 * @returns the rank that stands at a share of the whole, from 0 up to 1
 */
export const createZipf = (count: number, exponent = 1): ((share: number) => number) => {
  const upTo = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank++) {
    total += 1 / (rank + 1) ** exponent;
    upTo[rank] = total;
  }
  return (share) => {
    const wanted = share * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? Infinity) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
};
