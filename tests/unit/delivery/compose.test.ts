import { loadEnv } from '../../../src/config/env.js';
import { readText, readYaml, settingsOf, type Compose, type ComposeService } from '../../helpers/delivery.js';

const production = (readYaml('docker-compose.yml') as Compose).services;
const development = (readYaml('docker-compose.dev.yml') as Compose).services;
const example = settingsOf('.env.example');
const ours = Object.entries(production).filter(([, { environment }]) => environment?.['SERVICE'] !== undefined);

/** With what the operator is asked for, filled in. */
const environmentOf = ({ environment = {} }: ComposeService): Record<string, string> => ({
  ...environment,
  JWT_SECRET: 'a secret of the tests, which is long enough',
  ADMIN_EMAIL: 'admin@stockroom.test',
  ADMIN_PASSWORD: 'a password of the tests',
});

const urlKeys = ['MONGO_URI', 'REDIS_URL', 'QUEUE_REDIS_URL', 'RABBITMQ_URL', 'PRODUCT_SERVICE_URL'];
const portOf = (url: URL, fallback: string): string => (url.port === '' ? fallback : url.port);
const seconds = (period: string | undefined): number => Number(/^(\d+)s$/.exec(period ?? '')?.[1]);

describe('docker-compose.yml', () => {
  it('when a part of the service starts, then its settings are complete and good for production', () => {
    expect(ours.map(([name]) => name)).toEqual(['app', 'products', 'orders', 'worker']);
    for (const [, service] of ours) {
      const environment = environmentOf(service);
      expect(Object.keys(environment).filter((key) => !(key in example))).toEqual([]);
      const env = loadEnv(environment);
      expect(env.NODE_ENV).toBe('production');
      expect(env.DEMO).toBe(false);
      expect(env.SHUTDOWN_GRACE_MS).toBeLessThan(seconds(service.stop_grace_period) * 1000);
    }
  });

  it('when a setting names a server, then that is a service of the file', () => {
    for (const [name, service] of ours) {
      for (const key of urlKeys) {
        const value = service.environment?.[key];
        if (value === undefined) continue;
        expect([name, key, Object.keys(production)]).toEqual([
          name,
          key,
          expect.arrayContaining([new URL(value).hostname]),
        ]);
      }
    }
  });

  it('when the parts start, then they wait for the health of every server that they use', () => {
    for (const [, { depends_on: needed = {} }] of ours) {
      expect(Object.keys(needed).sort()).toEqual(['mongo', 'rabbitmq', 'redis', 'redis-queue']);
      for (const [name, { condition }] of Object.entries(needed)) {
        expect(condition).toBe('service_healthy');
        expect(production[name]?.healthcheck?.test[0]).toBe('CMD');
      }
    }
  });

  it('when nothing is asked for by profile, then one process and its servers start', () => {
    const always = Object.entries(production).filter(([, { profiles }]) => profiles === undefined);
    expect(always.map(([name]) => name).sort()).toEqual(['app', 'mongo', 'rabbitmq', 'redis', 'redis-queue']);
    expect(production['app']?.environment?.['SERVICE']).toBe('all');
  });

  it('when the service is split, then its parts are those of SERVICE, and orders have their own database', () => {
    const split = ours.filter(([, { profiles }]) => profiles?.includes('split') === true);
    expect(split.map(([, { environment }]) => environment?.['SERVICE'])).toEqual(['products', 'orders', 'worker']);
    const databases = split.map(([, { environment }]) => new URL(environment?.['MONGO_URI'] ?? '').pathname);
    expect(databases).toEqual(['/stockroom', '/stockroom_orders', '/stockroom']);
    for (const [, { environment }] of split) {
      const env = loadEnv({ ...environmentOf({ environment: environment ?? {} }), PORT: '' });
      expect(environment?.['PORT']).toBe(String(env.PORT));
    }
  });

  it('when secrets are missing, then compose asks for them', () => {
    const text = readText('docker-compose.yml');
    for (const key of ['JWT_SECRET', 'ADMIN_EMAIL', 'ADMIN_PASSWORD']) expect(text).toContain(`${key}: \${${key}:?`);
  });

  it('when servers start, then they are set up as the service needs them', () => {
    expect(production['mongo']?.command).toEqual(
      expect.arrayContaining(['--replSet=rs0', '--setParameter=transactionLifetimeLimitSeconds=3']),
    );
    expect(production['redis']?.command?.join(' ')).toMatch(/--save {2}--appendonly no .*allkeys-lru/);
    expect(production['redis-queue']?.command?.join(' ')).toMatch(/--appendonly yes .*noeviction/);
    for (const name of ['mongo', 'redis', 'redis-queue', 'rabbitmq']) expect(production[name]?.ports).toBeUndefined();
  });
});

describe('docker-compose.dev.yml', () => {
  it('when its servers are up, then they are where .env.example and the script say', () => {
    const script = readText('scripts/docker-db.mjs');
    const servers = { mongo: '27017', redis: '6379', rabbitmq: '5672' };
    expect(Object.keys(development).sort()).toEqual(Object.keys(servers).sort());
    for (const [name, port] of Object.entries(servers)) {
      expect(development[name]?.ports).toContain(`127.0.0.1:${port}:${port}`);
    }
    for (const key of ['REDIS_URL', 'RABBITMQ_URL']) expect(script).toContain(`${key}=${example[key] ?? ''}\n`);
    expect(portOf(new URL(example['REDIS_URL'] ?? ''), '6379')).toBe(servers.redis);
    expect(portOf(new URL(example['RABBITMQ_URL'] ?? ''), '5672')).toBe(servers.rabbitmq);
    const [, mongo] = /such as (mongodb:\S+);/.exec(readText('.env.example')) ?? [];
    expect(script).toContain(`MONGO_URI=${mongo ?? 'none'}\n`);
  });

  it('when its MongoDB starts, then it is the replica set of the URI, known by the address that it is reached by', () => {
    const mongo = development['mongo'];
    expect(mongo?.command).toContain('--replSet=rs0');
    expect(mongo?.healthcheck?.test.join(' ')).toContain("host: '127.0.0.1:27017'");
  });

  it('when both files name a server, then they name it alike and run the same version', () => {
    for (const [name, { image }] of Object.entries(development)) {
      expect(production[name]?.image?.replace('-alpine', '')).toBe(image?.replace(/(-management)?-alpine/, ''));
    }
  });
});
