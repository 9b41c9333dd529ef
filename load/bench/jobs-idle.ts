import { setTimeout as sleep } from 'node:timers/promises';
import type { mongo } from 'mongoose';

const pollMs = 250;
const patienceMs = 300_000;

const unfinished = /^jobs\{[^}]*status="(?:waiting|active|delayed)"[^}]*\} (\d+)/gm;

/**
 * Waits until the background jobs of a service are done, those included that its outbox has not handed over yet. Each product that
 * is created has its report made, and a line that begins at once would measure that beside its own work.
 */
export const untilJobsAreDone = async (port: number, database: mongo.Db): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const handedOver =
      (await database.collection('outbox').countDocuments({ jobs: { $exists: true } }, { limit: 1 })) === 0;
    if (handedOver) {
      const text = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
      if ([...text.matchAll(unfinished)].every(([, count]) => count === '0')) return;
    }
    if (Date.now() > deadline) throw new Error('The background jobs of the service did not come to an end.');
    await sleep(pollMs);
  }
};
