/**
 * A quantile of a histogram on a page of Prometheus metrics, as `histogram_quantile` estimates it: evenly spread within a bucket.
 * @param label narrows the histogram down, such as `queue="stock.orders"`
 * @returns NaN where nothing was observed
 */
export const histogramQuantile = (metrics: string, name: string, label: string, share: number): number => {
  const buckets = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}_bucket{`) && line.includes(label))
    .map((line) => ({
      to: Number(/le="([^"]+)"/.exec(line)?.[1]?.replace('+Inf', 'Infinity')),
      count: Number(line.slice(line.lastIndexOf(' '))),
    }))
    .sort((one, other) => one.to - other.to);
  const rank = share * (buckets.at(-1)?.count ?? 0);
  if (!(rank > 0)) return Number.NaN;
  let below = { to: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      // Of what is above the last bound nobody knows more than that.
      if (bucket.to === Number.POSITIVE_INFINITY) return below.to;
      return below.to + ((rank - below.count) / (bucket.count - below.count)) * (bucket.to - below.to);
    }
    below = bucket;
  }
  return below.to;
};
