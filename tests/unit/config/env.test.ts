import { readFileSync } from 'node:fs';
import { loadEnv } from '../../../src/config/env.js';
import { StartError } from '../../../src/utils/errors.js';

const production = {
  NODE_ENV: 'production',
  MONGO_URI: 'mongodb://a.example:27017,b.example:27017/stockroom?replicaSet=rs0',
  REDIS_URL: 'redis://cache.example:6379',
  RABBITMQ_URL: 'amqps://broker.example',
  JWT_SECRET: 'x'.repeat(32),
};

describe('loadEnv', () => {
  it('when nothing is set, then every setting has its default', () => {
    expect(loadEnv({})).toMatchObject({
      NODE_ENV: 'development',
      PORT: 3000,
      HOST: '0.0.0.0',
      SERVICE: 'all',
      DATA_DIR: '.data',
      DEMO: true,
      CORS_ORIGINS: [],
      SHUTDOWN_GRACE_MS: 10_000,
      LOG_LEVEL: 'info',
    });
  });

  it('when a value is empty, then the default holds', () => {
    expect(loadEnv({ PORT: '', MONGO_URI: '', LOG_LEVEL: '' })).toMatchObject({ PORT: 3000, LOG_LEVEL: 'info' });
  });

  it('when no port is set, then it is 3000', () => {
    expect(loadEnv({ SERVICE: 'products' }).PORT).toBe(3000);
    expect(loadEnv({ SERVICE: 'products', PORT: '9000' }).PORT).toBe(9000);
  });

  it('when origins are listed, then they are split and trimmed', () => {
    expect(loadEnv({ CORS_ORIGINS: 'https://a.example, https://b.example,' }).CORS_ORIGINS).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });

  it('when it is production, then there is no demo by default, and it can be had', () => {
    expect(loadEnv(production).DEMO).toBe(false);
    expect(loadEnv({ ...production, DEMO: '1' }).DEMO).toBe(true);
  });

  it('when settings are read, then they cannot be changed afterwards', () => {
    expect(Object.isFrozen(loadEnv({}))).toBe(true);
  });

  it.each([
    ['NODE_ENV', 'prod'],
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['SERVICE', 'everything'],
    ['MONGO_URI', 'localhost:27017'],
    ['MONGO_URI', 'http://localhost'],
    ['REDIS_URL', 'http://localhost'],
    ['REDIS_URL', 'localhost'],
    ['RABBITMQ_URL', 'redis://localhost'],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['ADMIN_EMAIL', 'admin'],
    ['TRUST_PROXY_HOPS', 'true'],
    ['PURCHASE_QUEUE_MAX', '0'],
    ['DEMO', 'yes'],
    ['SHUTDOWN_GRACE_MS', '-5'],
    ['LOG_LEVEL', 'loud'],
    ['METRICS_TOKEN', 'short'],
  ])('when %s is %j, then the start stops with one line that names it', (key, value) => {
    const load = () => loadEnv({ ADMIN_PASSWORD: 'long enough', ADMIN_EMAIL: 'a@example.com', [key]: value });
    expect(load).toThrow(StartError);
    expect(load).toThrow(new RegExp(`^Bad environment: ${key} [^\\n]+\\. See \\.env\\.example\\.$`));
  });

  it('when several values are bad, then the line names each', () => {
    expect(() => loadEnv({ PORT: 'x', DEMO: 'x' })).toThrow(/PORT .*; DEMO /);
  });

  it('when a secret is too short, then the line does not show it', () => {
    let message = '';
    try {
      loadEnv({ JWT_SECRET: 'hunter2' });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('JWT_SECRET must be 32 bytes or more');
    expect(message).not.toContain('hunter2');
  });

  it('when the admin has an address but no password, then the line names both keys', () => {
    expect(() => loadEnv({ ADMIN_EMAIL: 'a@example.com' })).toThrow(/ADMIN_EMAIL and ADMIN_PASSWORD/);
  });

  it.each(['MONGO_URI', 'REDIS_URL', 'RABBITMQ_URL', 'JWT_SECRET'])(
    'when production lacks %s, then the line names it',
    (key) => {
      expect(() => loadEnv({ ...production, [key]: '' })).toThrow(`Bad environment: production needs ${key}.`);
    },
  );
});

describe('.env.example', () => {
  it('when it is read beside env.ts, then both know the same keys', () => {
    const keysIn = (file: string, pattern: RegExp) =>
      [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(pattern)].map(([, key]) => key).sort();
    const read = keysIn('../../../src/config/env.ts', /^ {2}([A-Z][A-Z_0-9]+): /gm);
    const shown = keysIn('../../../.env.example', /^# ([A-Z][A-Z_0-9]+)=/gm);
    expect(shown).toEqual([...new Set(read)]);
  });
});
