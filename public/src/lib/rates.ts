import { bucketsBetween, bucketsTogether, percentileOf, type Buckets, type Percentile } from './histogram.js';

/** The counters of a process that rates are worked out of; all of them only grow while it lives. */
export interface Counters {
  /** ISO 8601. */
  at: string;
  process: { uptimeSeconds: number };
  purchases: { accepted: number; refused: Readonly<Record<string, number>> };
  latency: Buckets;
  requests: { total: number; errors: number };
  cache: { hits: number; misses: number; bypassed: number };
}

/** What happened between two readings of a process' counters. */
export interface Rates {
  seconds: number;
  acceptedPerSecond: number;
  refusedPerSecond: number;
  requestsPerSecond: number;
  /** 0 to 1 of the requests; null when there was none. */
  errorShare: number | null;
  /** 0 to 1 of the reads that asked the cache; null when there was none. */
  hitShare: number | null;
  latency: Buckets;
}

export interface LatencySummary {
  p50: Percentile | null;
  p90: Percentile | null;
  p99: Percentile | null;
}

const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

export const refusedOf = ({ purchases }: Counters): number =>
  Object.values(purchases.refused).reduce((total, count) => total + count, 0);

/** @returns null when the two can't be compared: another process, one that has started anew, or no time between them */
export const ratesBetween = (before: Counters, after: Counters): Rates | null => {
  const seconds = (Date.parse(after.at) - Date.parse(before.at)) / 1_000;
  const latency = bucketsBetween(before.latency, after.latency);
  const accepted = after.purchases.accepted - before.purchases.accepted;
  const refused = refusedOf(after) - refusedOf(before);
  const requests = after.requests.total - before.requests.total;
  const isSame =
    after.process.uptimeSeconds >= before.process.uptimeSeconds && Math.min(accepted, refused, requests) >= 0;
  if (!(seconds > 0) || latency === null || !isSame) return null;
  const hits = after.cache.hits - before.cache.hits;
  const misses = after.cache.misses - before.cache.misses;
  return {
    ...{ seconds, latency },
    acceptedPerSecond: accepted / seconds,
    refusedPerSecond: refused / seconds,
    requestsPerSecond: requests / seconds,
    errorShare: shareOf(after.requests.errors - before.requests.errors, requests),
    hitShare: shareOf(hits, hits + misses),
  };
};

/** The percentiles over several readings together. */
export const latencyOver = (all: readonly Buckets[]): LatencySummary => {
  const buckets = bucketsTogether(all);
  const at = (share: number): Percentile | null => (buckets === null ? null : percentileOf(buckets, share));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
};
