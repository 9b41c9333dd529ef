import { expectInTime } from './in-time.js';
import { metricsOf, type Sample } from './metrics-text.js';
import { waitFor } from './wait-for.js';

/** More runs than these have not met a busy moment each. */
const runsMax = 12;

/** Whether the cache counts here what Redis has not answered in time, or what a write of others has crossed. */
const tellsOfTrouble = ({ name, labels }: Sample): boolean =>
  name === 'cache_store_failures_total' ||
  name === 'cache_leases_lost_total' ||
  (name === 'cache_reads_total' && labels['layer'] === 'bypass') ||
  (name === 'cache_invalidated_keys_total' && labels['outcome'] !== 'confirmed');

const isUnsettled = ({ name, labels, value }: Sample): boolean =>
  (name === 'cache_breaker_state' && labels['state'] === 'up' && value === 0) ||
  (name === 'cache_dirty_keys' && value > 0);

const samplesOf = async (shops: readonly { url: string }[]): Promise<Sample[]> =>
  (await Promise.all(shops.map(({ url }) => metricsOf(url)))).flatMap(({ samples }) => samples);

const troubles = async (shops: readonly { url: string }[]): Promise<number> =>
  (await samplesOf(shops)).filter(tellsOfTrouble).reduce((sum, { value }) => sum + value, 0);

/**
 * Tries what holds as long as Redis answers in time: a run counts when none of these processes had to do without it meanwhile, whatever
 * comes of it. On a machine that is busy with other things a Redis may be silent for the 100 ms that a read waits; then another run is
 * made, and that none of many was undisturbed is a miss of time.
 */
export const undisturbed = async <T>(shops: readonly { url: string }[], run: () => Promise<T>): Promise<T> => {
  for (let runs = 1; ; runs++) {
    await waitFor(async () => !(await samplesOf(shops)).some(isUnsettled), { what: 'a cache that is used' });
    const before = await troubles(shops);
    const [outcome] = await Promise.allSettled([run()]);
    if ((await troubles(shops)) === before) {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    }
    expectInTime(runs, 'runs in each of which Redis was silent for a while', 'runs').toBeLessThan(runsMax);
  }
};
