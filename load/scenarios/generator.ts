import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { createBook } from './book.js';
import type { FreshTokens, GeneratorResult, GeneratorSpec, IntervalMessage } from './generator-spec.js';
import { createDriver } from './driver.js';
import { lengthMsOf } from './pace.js';
import { createRider, type Client, type Rider } from './rider.js';
import { createSales } from './sales.js';
import { createVisitors } from './visitors.js';

/** An answer that takes longer counts as none. */
const answerSecondsMax = 30;

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const report = (interval: IntervalMessage['interval']): void => {
  process.send?.({ interval, cpuUs: cpuUs() } satisfies IntervalMessage);
};

const run = (spec: GeneratorSpec, visitors: ReturnType<typeof createVisitors>): Promise<GeneratorResult> =>
  new Promise((resolve, reject) => {
    const book = createBook();
    const sales = createSales();
    const startedMs = performance.now();
    const now = (): number => performance.now() - startedMs;
    const driver = createDriver({ pace: spec.pace, connections: spec.connections, now });
    const riders: Rider[] = [];
    const beat = setInterval(() => report(book.closeInterval(now() / 1000)), spec.intervalMs);
    let seconds = 0;
    autocannon(
      {
        url: spec.origin,
        connections: spec.connections,
        // Its own clock is only the last resort; the driver ends the run.
        duration: lengthMsOf(spec.pace) / 1000 + 2 * answerSecondsMax,
        timeout: answerSecondsMax,
        sampleInt: 100,
        setupClient: (plain) => {
          const client = plain as unknown as Client;
          const { host } = new URL(spec.origin);
          const { idle: onIdle, ended: onEnd } = driver;
          riders.push(createRider({ client, host, book, sales, nextJourney: visitors.next, onIdle, onEnd, now }));
        },
      },
      (error: unknown) => {
        clearInterval(beat);
        if (error instanceof Error) reject(error);
        else resolve({ seconds, ...book.totals(), ...sales.result(), skipped: driver.skipped() });
      },
    );
    void driver.run(answerSecondsMax * 1000).then(() => {
      seconds = now() / 1000;
      report(book.closeInterval(seconds));
      for (const rider of riders) rider.end();
    }, reject);
  });

process.once('message', (spec: GeneratorSpec) => {
  const visitors = createVisitors(spec);
  process.on('message', (tokens: FreshTokens) => visitors.refresh(tokens));
  void run(spec, visitors).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(1));
