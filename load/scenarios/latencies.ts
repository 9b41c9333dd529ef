/** Two figures less than this far apart share a bucket: quantiles are out by 1 % at most. */
const step = Math.log(1.02);
const smallestMs = 0.01;
/** Up to about 100 s; what is slower is counted as that. */
const buckets = Math.ceil(Math.log(100_000 / smallestMs) / step) + 1;

/** Times in ms, kept as counts in buckets of growing width, so that an hour of them takes no more room than a second. */
export const createLatencies = () => {
  const counts = new Uint32Array(buckets);
  let count = 0;
  let maxMs = 0;
  return {
    add: (ms: number): void => {
      const index = ms <= smallestMs ? 0 : Math.round(Math.log(ms / smallestMs) / step);
      const at = Math.min(buckets - 1, index);
      counts[at] = (counts[at] ?? 0) + 1;
      count++;
      maxMs = Math.max(maxMs, ms);
    },
    count: (): number => count,
    /** The time below which a share (0 to 1) of all lies, ms; NaN when there are none. */
    quantile: (share: number): number => {
      if (count === 0) return NaN;
      if (share >= 1) return maxMs;
      const rank = Math.max(1, Math.ceil(share * count));
      let passed = 0;
      for (let i = 0; i < buckets; i++) {
        passed += counts[i] ?? 0;
        if (passed >= rank) return Math.min(maxMs, smallestMs * Math.exp(i * step));
      }
      return maxMs;
    },
    maxMs: (): number => maxMs,
    clear: (): void => {
      counts.fill(0);
      count = 0;
      maxMs = 0;
    },
  };
};

export type Latencies = ReturnType<typeof createLatencies>;
