import type { BuyerResult } from './buyer-spec.js';
import type { LoadResult } from './load-spec.js';
import type { CacheWish } from './scenario.js';

/** A buyer's process that falls further behind than this share of its rate has not done what the line says. */
const rateShareMin = 0.8;

/** Broken connections and answers that nobody expected. */
export const strayAnswers = (result: LoadResult, expectedStatus: number): string[] => {
  const faults = result.errors > 0 ? [`${result.errors} broken connections or time-outs`] : [];
  if (Number.isNaN(result.windowMs)) faults.push('the work was used up before the warm-up was over');
  // The one unit of a sold-out product is sold in the warm-up.
  const normal = new Set([String(expectedStatus), '201']);
  const stray = Object.entries(result.statuses).filter(([status]) => !normal.has(status));
  return [...faults, ...stray.map(([status, count]) => `${count} answers with status ${status}`)];
};

/** The share of the window's answers whose `X-Cache` says so; NaN when there were none. */
export const shareOfState = ({ cacheStates, windowAnswers }: LoadResult, state: string): number =>
  (cacheStates[state] ?? 0) / windowAnswers;

/** Answers that did not come from where the line says that they come from. */
export const cacheFaults = (result: LoadResult, wish: CacheWish | undefined): string[] => {
  if (wish === undefined) return [];
  const share = shareOfState(result, wish.state);
  if (share >= wish.shareMin) return [];
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  const said = Object.entries(result.cacheStates).map(([state, count]) => `${state} ${String(count)}`);
  return [
    `${percent(share)} of the answers said X-Cache: ${wish.state}, at least ${percent(wish.shareMin)} must (${said.join(', ')})`,
  ];
};

/** What went wrong with those who bought beside reads. */
export const buyerFaults = ({ statuses, perSecond }: BuyerResult, wantedPerSecond: number): string[] => {
  const faults = Object.entries(statuses)
    .filter(([status]) => status !== '201')
    .map(([status, count]) => `${count} purchases beside were answered ${status}`);
  if (perSecond >= wantedPerSecond * rateShareMin) return faults;
  return [...faults, `${perSecond.toFixed(0)} purchases a second ran beside, not ${wantedPerSecond}`];
};
