import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { cleanBroker } from '../../src/cli/clean-broker.js';
import { rabbitNames } from '../../src/services/messaging/rabbit-topology.js';
import { createTokenService } from '../../src/services/token.service.js';
import { newId } from '../../src/utils/uuid.js';
import { buildService } from './compile.js';
import { listenTo } from './hearing.js';
import { createOurs } from './ours.js';
import type { Participant } from './participant.js';
import { bareEnv, type ServersDeps, type Started, type Starter } from './starter.js';

const tokenSeconds = 6 * 3600;

/** Names of its own at the broker, so that nobody hears what another has done. */
const prefixOf = ({ runTag }: ServersDeps, database: string): string => `bench-${runTag}-${database}`;

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
  RABBITMQ_PREFIX: prefixOf(deps, database),
  JWT_SECRET: secret,
  ADMIN_EMAIL: admin.email,
  ADMIN_PASSWORD: admin.password,
  DEMO: '0',
  LOG_LEVEL: 'info',
  // Counted for every request as shipped; only its height is out of the way.
  RATE_LIMIT_PER_MINUTE: '100000000',
  ...deps.serviceEnv,
});

/** Makes groups of processes of the service, whose tokens are good for all of them. */
export const createServiceGroup = (deps: ServersDeps, starter: Starter, customerIds: readonly string[]) => {
  // Once, so that a change of the sources meanwhile is in none of what is compared.
  buildService(deps.root);
  const secret = randomBytes(32).toString('hex');
  const admin = { email: 'admin@bench.example', password: randomBytes(12).toString('hex') };
  const issuer = createTokenService({ secret, accessTtlSeconds: tokenSeconds });
  const tokens = customerIds.map((id) => issuer.issue({ id, role: 'user' }).accessToken);

  /** `count` processes of the service on one database. */
  return async (database: string, count: number, more: NodeJS.ProcessEnv = {}): Promise<Participant> => {
    deps.cleanup.add(() => cleanBroker(deps.rabbitUrl, prefixOf(deps, database)));
    const members: Started[] = [];
    for (let number = 1; number <= count; number++) {
      members.push(
        await starter.service(`${database}-${number}`, { ...serviceEnv(deps, database, secret, admin), ...more }),
      );
    }
    return createOurs({
      ports: members.map(({ port }) => port),
      pids: members.map((member) => member.process.pid),
      database: deps.mongod.client.db(database),
      admin,
      tokens,
      manager: issuer.issue({ id: newId(), role: 'manager' }).accessToken,
      doesJobs: more['RUN_JOBS'] !== '0',
      listen: () =>
        listenTo({
          rabbitUrl: deps.rabbitUrl,
          exchange: rabbitNames(prefixOf(deps, database)).events,
          port: members[0]?.port ?? 0,
        }),
      forgetLogs: () => members.forEach((member) => member.process.forgetOutput()),
    });
  };
};
