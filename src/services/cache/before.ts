import { within } from '../../utils/deadline.js';
import { CacheAway } from './cache-store.js';

/** What Redis answers, if it does so in time. @throws CacheAway */
export const before = <T>(ms: number, answer: Promise<T>): Promise<T> =>
  within(ms, answer, () => new CacheAway(`Redis has not answered within ${String(Math.round(ms))} ms.`));
