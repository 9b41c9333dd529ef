import { readFileSync } from 'node:fs';
import { loadEnv, secretsOf } from '../../../src/config/env.js';
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

  it('when it is the order service, then its port is 8080 and there is no demo', () => {
    const broker = { RABBITMQ_URL: 'amqp://127.0.0.1' };

    expect(loadEnv({ SERVICE: 'orders', ...broker })).toMatchObject({
      PORT: 8080,
      PRODUCT_SERVICE_URL: 'http://127.0.0.1:3000',
      DEMO: false,
    });
    expect(loadEnv({ SERVICE: 'orders', PORT: '0', ...broker }).PORT).toBe(0);
  });

  it('when the order service has no broker, then it says that it needs one', () => {
    expect(() => loadEnv({ SERVICE: 'orders' })).toThrow('SERVICE=orders needs RABBITMQ_URL');
  });

  it('when the order service is in production, then it asks for the product service too', () => {
    expect(() => loadEnv({ ...production, SERVICE: 'orders' })).toThrow(
      'Bad environment: production needs PRODUCT_SERVICE_URL.',
    );
  });

  it('when origins are listed, then they are split and trimmed', () => {
    expect(loadEnv({ CORS_ORIGINS: 'https://a.example, https://b.example,' }).CORS_ORIGINS).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });

  it.each(['*', 'https://a.example', 'http://localhost:5173', 'http://[::1]:8080', 'capacitor://localhost'])(
    'when the origin is %s, then it is taken',
    (origin) => {
      expect(loadEnv({ CORS_ORIGINS: origin }).CORS_ORIGINS).toEqual([origin]);
    },
  );

  it.each([
    'https://a.example/',
    'https://A.example',
    'https://a.example:443',
    'https://a.example/shop',
    'https://user:hunter2@a.example',
    'a.example',
    '*.example',
    'null',
    'https://a.example https://b.example',
    'https://good.example, bad',
  ])('when the origin is %s, which no browser sends, then the line names the key and not the value', (origin) => {
    const load = () => loadEnv({ CORS_ORIGINS: origin });
    expect(load).toThrow(/^Bad environment: CORS_ORIGINS [^\n]+\. See \.env\.example\.$/);
    expect(load).not.toThrow(/hunter2|bad\b/);
  });

  it('when nothing is said of limits, then requests are counted in production alone, and failed sign-ins everywhere', () => {
    expect([loadEnv({}).RATE_LIMIT_PER_MINUTE, loadEnv({}).LOGIN_LIMIT_PER_MINUTE]).toEqual([0, 10]);
    expect([loadEnv(production).RATE_LIMIT_PER_MINUTE, loadEnv(production).LOGIN_LIMIT_PER_MINUTE]).toEqual([1200, 10]);
    const off = { RATE_LIMIT_PER_MINUTE: '0', LOGIN_LIMIT_PER_MINUTE: '0' };
    expect(loadEnv({ ...production, ...off })).toMatchObject({ RATE_LIMIT_PER_MINUTE: 0, LOGIN_LIMIT_PER_MINUTE: 0 });
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

  it.each([
    ['MONGO_URI', 'mongo://user:hunter2@host'],
    ['REDIS_URL', 'http://user:hunter2@host'],
    ['RABBITMQ_URL', 'amqp//user:hunter2@host'],
    ['SMTP_URL', 'user:hunter2@host'],
    ['METRICS_TOKEN', 'hunter2'],
    ['ADMIN_PASSWORD', 'hunter2'],
  ])('when %s is bad, then the line does not show it', (key, value) => {
    const load = () => loadEnv({ [key]: value });
    expect(load).toThrow(key);
    expect(load).not.toThrow('hunter2');
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

describe('secretsOf', () => {
  it('when settings have secrets, then each is named, those in connection strings too', () => {
    const env = loadEnv({
      ...production,
      MONGO_URI: 'mongodb://u:mongo-secret@a.example:27017,b.example/stockroom',
      REDIS_URL: 'redis://:redis-secret@cache.example',
      RABBITMQ_URL: 'amqps://u:rabbit%40secret@broker.example',
      SMTP_URL: 'smtps://u:smtp-secret@mail.example',
      ADMIN_EMAIL: 'a@example.com',
      ADMIN_PASSWORD: 'admin-secret',
      METRICS_TOKEN: 'metrics-secret',
    });
    expect(secretsOf(env)).toEqual(
      expect.arrayContaining([
        ...[production.JWT_SECRET, 'admin-secret', 'metrics-secret', 'mongo-secret', 'redis-secret'],
        ...['rabbit%40secret', 'rabbit@secret', 'smtp-secret'],
      ]),
    );
    expect(secretsOf(loadEnv({}))).toEqual([]);
  });
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
