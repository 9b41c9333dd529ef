/**
 * Lists every query that the service makes, with its plan: runs the service on a database that is filled for it, makes all of its calls,
 * and reads from MongoDB's profiler what came of them. `npm run explain [-- <how many of each kind>]`; ends with 1 when a query scans its
 * collection, sorts in memory or reads far more than it returns, and nobody has said why it may (scripts/query-plans/allowed.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp } from '../src/app.js';
import { cacheDirOf } from '../src/config/cache-dir.js';
import { startEmbeddedMongo } from '../src/config/embedded-mongo.js';
import { loadEnv } from '../src/config/env.js';
import { createContainer } from '../src/container.js';
import { createTokenService } from '../src/services/token.service.js';
import { createClosers } from '../src/utils/closers.js';
import { createFastServer } from '../src/utils/fast-server.js';
import { newId } from '../src/utils/uuid.js';
import { faultsOf, reasonFor, unusedAllowances } from './query-plans/allowed.js';
import { queryPlans, type Plans } from './query-plans/run.js';

const countDefault = 20_000;
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const closers = createClosers((name, error) => progress(`closing ${name} failed: ${String(error)}`));

const startService = async (uri: string, secret: string): Promise<string> => {
  const env = loadEnv({
    ...{ NODE_ENV: 'test', DEMO: '0', MONGO_URI: uri, JWT_SECRET: secret },
    ...{ ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: newId() },
  });
  const container = await createContainer({ env, logger: pino({ level: 'warn' }), phase: () => 'ready', progress });
  closers.add('service', container.close);
  const server = createFastServer(createApp(container.deps));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.add('server', () => server.closeAllConnections());
  closers.add('server', () => server.close());
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
};

const plansOfService = async (count: number): Promise<Plans> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'stockroom-explain-'));
  closers.add('directory', () => rm(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const { MONGOD_BINARY: binary, ...env } = loadEnv();
  const mongod = await startEmbeddedMongo({ dataDir, binary, cacheDir: cacheDirOf(env), progress });
  closers.add('MongoDB', mongod.close);
  const secret = newId();
  const url = await startService(mongod.uri, secret);
  const tokens = createTokenService({ secret, accessTtlSeconds: 3_600 });
  const tokenOf = (role: 'admin' | 'manager' | 'user') => tokens.issue({ id: newId(), role }).accessToken;
  const people = { admin: tokenOf('admin'), manager: tokenOf('manager'), user: tokenOf('user') };
  progress(`filling a database with ${String(count)} of each kind, then making every call`);
  return queryPlans({ uri: mongod.uri, url, tokens: people, count });
};

const print = ({ queries, uncalled }: Plans): number => {
  for (const query of queries) {
    const { collection, command, shape, plan, sorts, keys, docs, returned, times } = query;
    process.stdout.write(`${collection} ${command} ${shape}\n`);
    const cost = `${String(keys)} keys, ${String(docs)} documents, ${String(returned)} returned, ${String(times)} times`;
    process.stdout.write(`    ${plan}${sorts ? ', sorted in memory' : ''}: ${cost}\n`);
    const reason = reasonFor(query);
    if (reason !== '') process.stdout.write(`    allowed: ${reason}\n`);
  }
  for (const each of unusedAllowances(queries)) process.stdout.write(`not made use of this time: allowed is ${each}\n`);
  const faults = [...faultsOf(queries), ...uncalled.map((route) => `never called: ${route}`)];
  process.stdout.write(`\n${String(queries.length)} queries, ${String(faults.length)} faults\n`);
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  return faults.length === 0 ? 0 : 1;
};

try {
  const [given] = process.argv.slice(2);
  process.exitCode = print(await plansOfService(given === undefined ? countDefault : Number(given)));
} finally {
  await closers.close();
}
