import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app.js';
import { loadEnv } from '../../src/config/env.js';
import { createLogger } from '../../src/config/logger.js';
import { createContainer } from '../../src/container.js';
import { createFastServer } from '../../src/utils/fast-server.js';

/**
 * The service as a process that ends itself by SIGKILL at the step `CRASH_STEP` of a batch or an order, the `CRASH_AT_BATCH`-th time
 * that it comes by there after SIGUSR2; until then it is the service as it is. `commit-sent` and `order-commit-sent` are no steps of the
 * service's: they are right after the last statement, when the commit is on its way and nobody knows yet whether it arrives.
 */
const wanted = process.env['CRASH_STEP'];
const beforeCommit: Readonly<Record<string, string>> = {
  'commit-sent': 'outbox-inserted',
  'order-commit-sent': 'order-noted',
};
const lastStatement = beforeCommit[wanted ?? ''];
const isLater = lastStatement !== undefined;
const step = lastStatement ?? wanted;
const die = () => process.kill(process.pid, 'SIGKILL');
let left = Number.POSITIVE_INFINITY;
process.on('SIGUSR2', () => {
  left = Number(process.env['CRASH_AT_BATCH'] ?? 1);
});

const env = loadEnv();
const { logger } = createLogger('warn');
const onStep = (reached: string): void => {
  if (reached !== step || --left > 0) return;
  if (isLater) setImmediate(die);
  else die();
};

const container = await createContainer({
  env,
  logger,
  phase: () => 'ready',
  progress: () => undefined,
  onStoreStep: onStep,
  onOrderStep: onStep,
});
const server = createFastServer(createApp(container.deps));
server.listen(env.PORT, env.HOST, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'ready', url: `http://${env.HOST}:${port}` })}\n`);
});
