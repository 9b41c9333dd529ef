import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app.js';
import { loadEnv } from '../../src/config/env.js';
import { createLogger } from '../../src/config/logger.js';
import { createContainer } from '../../src/container.js';
import { createFastServer } from '../../src/utils/fast-server.js';
import { pausingStore, type Pauses } from './pausing-store.js';

/** The service as a process whose cache pauses at random, as `PAUSES` says; see `Pauses`. */
const pauses = JSON.parse(process.env['PAUSES'] ?? '{}') as Pauses;
const env = loadEnv();
const { logger } = createLogger('warn');
const container = await createContainer({
  env,
  logger,
  phase: () => 'ready',
  progress: () => undefined,
  wrapCacheStore: (store) => pausingStore(store, pauses),
});
const server = createFastServer(createApp(container.deps));
server.listen(env.PORT, env.HOST, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'ready', url: `http://${env.HOST}:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
