import { isBrokerThere } from '../../src/config/broker.js';
import { isListening } from '../../src/config/mongod-process.js';
import { waitFor } from '../../tests/helpers/wait-for.js';
import type { System } from './system/system.js';

const wholeMsMax = 240_000;
const answerMsMax = 5_000;

const isReady = async (url: string): Promise<boolean> => {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answerMsMax) });
  await answer.arrayBuffer();
  return answer.ok;
};

/** Waits until everything runs and answers. @throws Error with what does not, after minutes */
export const untilWhole = async ({ mongo, redis, broker, urls }: System): Promise<void> => {
  await mongo.whole();
  const waits = Object.entries(urls).map(([name, url]) => ({ name, isThere: () => isReady(url) }));
  const port = broker.port();
  if (redis !== undefined) waits.push({ name: 'redis', isThere: () => isListening(redis.port()) });
  if (port !== undefined) waits.push({ name: 'rabbit', isThere: () => isBrokerThere(broker.url(port)) });
  for (const { name, isThere } of waits) {
    await waitFor(isThere, { deadlineMs: wholeMsMax, intervalMs: 100, what: `${name}, healed` });
  }
};
