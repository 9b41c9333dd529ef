import type { RequestSpec } from './load-spec.js';
import type { SalesSeen } from './stale-reads.js';

/** What the process is asked that buys beside reads, at a rate, until it is told `stop`; plain data, travels over IPC. */
export interface BuyerSpec extends RequestSpec {
  perSecond: number;
}

/** What it found. */
export interface BuyerResult {
  /** Answers by status. */
  statuses: Record<string, number>;
  /** 201s for each of `ids`. */
  soldPerId: number[];
  sales: SalesSeen;
  /** Purchases answered a second, from the first sent to the last answered. */
  perSecond: number;
}
