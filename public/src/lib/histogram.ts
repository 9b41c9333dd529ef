/** Observations by bucket; one more count than bounds, the last for what lay above them all. Not cumulative over buckets. */
export interface Buckets {
  boundsMs: readonly number[];
  counts: readonly number[];
}

/** A percentile worked out of buckets; `beyond` when all that is known is that it lies above `ms`. */
export interface Percentile {
  ms: number;
  beyond: boolean;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** What came between two readings of the same histogram; null when they are not of the same one, as after a restart. */
export const bucketsBetween = (before: Buckets, after: Buckets): Buckets | null => {
  const sameBounds =
    before.boundsMs.length === after.boundsMs.length &&
    before.boundsMs.every((bound, index) => bound === after.boundsMs[index]);
  if (!sameBounds) return null;
  const counts = after.counts.map((count, index) => count - (before.counts[index] ?? 0));
  return counts.some((count) => count < 0) ? null : { boundsMs: after.boundsMs, counts };
};

/** Adds up histograms of the same bounds; null when there is none. */
export const bucketsTogether = (all: readonly Buckets[]): Buckets | null => {
  const [first] = all;
  if (first === undefined) return null;
  const counts = first.counts.map((_, index) => sum(all.map((buckets) => buckets.counts[index] ?? 0)));
  return { boundsMs: first.boundsMs, counts };
};

/**
 * A percentile, taken to lie evenly within its bucket, as Prometheus' `histogram_quantile` does.
 * @param share 0.5 for the median, above 0 and at most 1
 * @returns null when nothing was observed
 */
export const percentileOf = ({ boundsMs, counts }: Buckets, share: number): Percentile | null => {
  const total = sum(counts);
  if (total <= 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const lower = index === 0 ? 0 : (boundsMs[index - 1] ?? 0);
      const upper = boundsMs[index];
      if (upper === undefined) return { ms: lower, beyond: true };
      return { ms: lower + ((upper - lower) * (rank - below)) / count, beyond: false };
    }
    below += count;
  }
  return { ms: boundsMs.at(-1) ?? 0, beyond: true };
};
