import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createClient } from 'redis';
import { createTokenService } from '../../src/services/token.service.js';
import { newId } from '../../src/utils/uuid.js';
import { startProcess, untilReady, type ServerProcess } from './child.js';
import type { Cleanup } from './cleanup.js';
import { buildService } from './compile.js';
import { freePort } from './free-port.js';
import type { BenchMongod } from './mongod.js';
import { createOurs } from './ours.js';
import type { Participant } from './participant.js';
import type { BenchRedis } from './redis.js';
import { createConstant, createRival } from './rival.js';
import type { ServerKind } from './scenarios.js';

export interface ServersDeps {
  root: string;
  /** Logs and data of this run; also the working directory, so that nobody's `.env` is read. */
  directory: string;
  compiled: (source: string) => string;
  mongod: BenchMongod;
  redis: BenchRedis;
  rabbitUrl: string;
  cleanup: Cleanup;
}

interface Started {
  port: number;
  process: ServerProcess;
}

const customersMax = 5000;
const tokenSeconds = 6 * 3600;

/** Only what a program needs to run, so that the shell of whoever runs the bench has no say in it. */
const bareEnv = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'production',
});

const serviceEnv = (
  deps: ServersDeps,
  database: string,
  secret: string,
  admin: { email: string; password: string },
) => ({
  ...bareEnv(),
  HOST: '127.0.0.1',
  DATA_DIR: join(deps.directory, database),
  MONGO_URI: deps.mongod.uri(database),
  REDIS_URL: deps.redis.url,
  RABBITMQ_URL: deps.rabbitUrl,
  JWT_SECRET: secret,
  ADMIN_EMAIL: admin.email,
  ADMIN_PASSWORD: admin.password,
  DEMO: '0',
  LOG_LEVEL: 'info',
  // Counted for every request as shipped; only its height is out of the way.
  RATE_LIMIT_PER_MINUTE: '100000000',
});

const createStarter = ({ directory, compiled, cleanup, root }: ServersDeps) => {
  const start = (name: string, script: string, env: NodeJS.ProcessEnv): ServerProcess => {
    const logFile = join(directory, `${name}.log`);
    const started = startProcess({ command: process.execPath, args: [script], env, logFile, cwd: directory });
    cleanup.add(() => started.stop());
    return started;
  };
  return {
    /** A process of the bench's own, which says its port. */
    script: async (name: string, source: string, env: NodeJS.ProcessEnv): Promise<Started> => {
      const started = start(name, compiled(source), { ...bareEnv(), PORT: '0', ...env });
      const port = await untilReady(name, started, () => {
        const said = /^listening (\d+)$/m.exec(started.output())?.[1];
        return said === undefined ? null : Number(said);
      });
      return { port, process: started };
    },
    service: async (name: string, env: NodeJS.ProcessEnv): Promise<Started> => {
      const port = await freePort();
      const started = start(name, join(root, 'dist', 'server.js'), { ...env, PORT: String(port) });
      await untilReady(name, started, async () => {
        const answer = await fetch(`http://127.0.0.1:${String(port)}/readyz`).catch(() => null);
        return answer?.ok === true ? true : null;
      });
      return { port, process: started };
    },
  };
};

const createServiceGroup = (
  deps: ServersDeps,
  starter: ReturnType<typeof createStarter>,
  customerIds: readonly string[],
) => {
  const secret = randomBytes(32).toString('hex');
  const admin = { email: 'admin@bench.example', password: randomBytes(12).toString('hex') };
  const issuer = createTokenService({ secret, accessTtlSeconds: tokenSeconds });
  const tokens = customerIds.map((id) => issuer.issue({ id, role: 'user' }).accessToken);

  /** `count` processes of the service on one database. */
  return async (database: string, count: number): Promise<Participant> => {
    buildService(deps.root);
    const members: Started[] = [];
    for (let number = 1; number <= count; number++) {
      members.push(await starter.service(`${database}-${number}`, serviceEnv(deps, database, secret, admin)));
    }
    return createOurs({
      ports: members.map(({ port }) => port),
      pids: members.map((member) => member.process.pid),
      database: deps.mongod.client.db(database),
      admin,
      tokens,
      forgetLogs: () => members.forEach((member) => member.process.forgetOutput()),
    });
  };
};

const startSeckill = async (
  deps: ServersDeps,
  starter: ReturnType<typeof createStarter>,
  customerIds: readonly string[],
) => {
  const stock = createClient({ url: deps.redis.url });
  stock.on('error', (error: unknown) => console.error('Redis of the bench:', error));
  await stock.connect();
  deps.cleanup.add(() => stock.close());
  const { port, process: server } = await starter.script('seckill', 'load/rivals/seckill.ts', {
    MONGO_URI: deps.mongod.uri('seckill'),
    REDIS_URL: deps.redis.url,
    RABBITMQ_URL: deps.rabbitUrl,
    SECKILL_QUEUE: `bench.seckill.${newId()}`,
  });
  const keyOf = (id: string): string => `stock:{${id}}`;
  return createRival({
    ports: [port],
    pids: [server.pid],
    database: deps.mongod.client.db('seckill'),
    customerIds,
    setStock: async (ids, units) => {
      await Promise.all(ids.map((id) => stock.set(keyOf(id), units)));
    },
    getStock: (ids) => Promise.all(ids.map(async (id) => Number(await stock.get(keyOf(id))))),
  });
};

/** Starts each server when it is first asked for, and keeps it for the rest of the run. */
export const createServers = (deps: ServersDeps): ((kind: ServerKind) => Promise<Participant>) => {
  const customerIds = Array.from({ length: customersMax }, newId);
  const starter = createStarter(deps);
  const service = createServiceGroup(deps, starter, customerIds);

  const shop = async (kind: ServerKind): Promise<Participant> => {
    const env = { MONGO_URI: deps.mongod.uri(kind) };
    const { port, process: server } = await starter.script(kind, `load/rivals/${kind}.ts`, env);
    return createRival({ ports: [port], pids: [server.pid], database: deps.mongod.client.db(kind), customerIds });
  };
  const constant = async (kind: ServerKind): Promise<Participant> => {
    const { port, process: server } = await starter.script(kind, `load/rivals/${kind}.ts`, {});
    return createConstant([port], [server.pid], customerIds);
  };
  const balanced = async (): Promise<Participant> => {
    const two = await get('ours-two');
    const balancer = await starter.script('balancer', 'load/balancer.ts', { TARGETS: two.ports.join(',') });
    return { ...two, ports: [balancer.port] };
  };
  const makers: Record<ServerKind, () => Promise<Participant>> = {
    ours: () => service('ours', 1),
    'ours-two': () => service('ours_two', 2),
    'ours-balanced': balanced,
    tutorial: () => shop('tutorial'),
    transaction: () => shop('transaction'),
    seckill: () => startSeckill(deps, starter, customerIds),
    'stock-express': () => constant('stock-express'),
    'node-http': () => constant('node-http'),
    'fast-express': () => constant('fast-express'),
  };
  const started = new Map<ServerKind, Promise<Participant>>();
  const get = (kind: ServerKind): Promise<Participant> => {
    const known = started.get(kind) ?? makers[kind]();
    started.set(kind, known);
    return known;
  };
  return get;
};
