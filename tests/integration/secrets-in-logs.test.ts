import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '../../src/config/logger.js';
import { connectMongo } from '../../src/config/mongo.js';
import { connectRedis } from '../../src/config/redis.js';
import { StartError } from '../../src/utils/errors.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { temporaryDir } from '../helpers/service.js';
import { spawnShop, type SpawnedShop } from '../helpers/shop.js';
import { deadSmtpUrl } from '../helpers/smtp.js';
import { waitFor } from '../helpers/wait-for.js';

/** Each secret of these tests has it in it. */
const canary = 'canary';
const secret = (what: string): string => `${canary}-${what}-0123456789abcdefghijklmnop`;
/** A process has to be started and people's passwords to be hashed, on a machine that may be busy. */
const startMs = 180_000;
const wordMs = 60_000;
const email = 'ada@stockroom.test';

describeMongo('secrets and the log of a running service', () => {
  const database = freshDatabase();
  let shop: SpawnedShop | undefined;
  beforeAll(async () => {
    const smtp = new URL(deadSmtpUrl);
    shop = await spawnShop(database.uri, {
      LOG_LEVEL: 'trace',
      JWT_SECRET: secret('jwt'),
      ADMIN_PASSWORD: secret('admin'),
      METRICS_TOKEN: secret('metrics'),
      // Where there is a broker, it does not know this user; where there is none, nobody answers.
      RABBITMQ_URL: `amqp://${secret('nobody')}:${secret('rabbit')}@127.0.0.1:5672`,
      SMTP_URL: `smtp://user:${secret('smtp')}@${smtp.host}`,
    });
  }, startMs);
  afterAll(() => shop?.close());

  it(
    'when people sign in, callers err and servers refuse, then nothing secret has been written',
    async () => {
      if (shop === undefined) throw new Error('there is no service');
      const { client, service } = shop;
      const password = secret('user');
      await client.api('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
      const signedIn = await client.api('POST', '/auth/login', { body: { email, password } });
      expect(signedIn.status).toBe(200);
      const { accessToken } = signedIn.data as { accessToken: string };
      await client.api('POST', '/auth/login', { body: { email, password: secret('wrong') } });
      await client.api('POST', '/auth/login', { rawBody: `{"email":"${email}","password":"${secret('malformed')}"` });
      await client.api('GET', '/auth/me', { token: accessToken, headers: { cookie: `session=${secret('cookie')}` } });
      await client.api('GET', '/auth/me', { token: secret('token') });
      await client.api('GET', `/products?access_token=${secret('query')}`);
      await client.send('GET', '/metrics?x=1', { token: secret('other') });

      // The mail that follows a registration finds no server, and the log says so.
      await waitFor(() => service.stdout().includes('"queue":"mail-queue"'), {
        what: 'a word of the mail',
        deadlineMs: wordMs,
      });
      await waitFor(() => service.stdout().includes('RabbitMQ is away'), {
        what: 'a word of the broker',
        deadlineMs: wordMs,
      });
      await waitFor(() => service.stdout().includes('GET /metrics'), {
        what: 'the line of the last request',
        deadlineMs: wordMs,
      });
      await service.stop();
      const written = service.stdout() + service.stderr();
      expect(written).not.toContain(canary);
      expect(written).not.toContain(accessToken);
      expect(written).not.toContain('$argon2');
    },
    startMs,
  );
});

describeMongo('secrets and a start that fails', () => {
  const { uri } = freshDatabase();
  const warnings: unknown[] = [];
  const logger = { warn: (...said: unknown[]) => void warnings.push(said) };
  const faultOf = (mongoUri: string): Promise<unknown> =>
    connectMongo({ uri: mongoUri, appName: 'tests', logger, patienceMs: 1 }).then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each([
    [
      'a password that is wrong',
      /MONGO_URI .*refuses the user or the password/,
      () => uri.replace('//', `//user:${secret('mongo')}@`),
    ],
    [
      'nobody behind the address',
      /MONGO_URI .*cannot be reached/,
      () => `mongodb://user:${secret('mongo')}@127.0.0.1:1/shop?serverSelectionTimeoutMS=10`,
    ],
    ['a password with a slash', /MONGO_URI is not valid/, () => `mongodb://user:${secret('mongo')}/x@127.0.0.1:1/shop`],
    [
      'a password with an at sign',
      /MONGO_URI is not valid/,
      () => `mongodb://user:${secret('mongo')}@x@127.0.0.1:1/shop`,
    ],
    [
      'a password with a bad escape',
      /MONGO_URI is not valid/,
      () => `mongodb://user:${secret('mongo')}%zz@127.0.0.1:1/shop`,
    ],
    ['no host', /MONGO_URI is not valid/, () => `mongodb://user:${secret('mongo')}@/shop`],
    [
      'an option that there is not',
      /MONGO_URI is not valid/,
      () => `mongodb://user:${secret('mongo')}@127.0.0.1:1/shop?nope=1`,
    ],
  ])('when MONGO_URI has %s, then the line names the key and not the password', async (_what, expected, uriOf) => {
    const fault = await faultOf(uriOf());

    expect(fault).toBeInstanceOf(StartError);
    expect(String(fault)).toMatch(expected);
    expect(`${String(fault)}${JSON.stringify(warnings)}`).not.toContain(canary);
  });
});

describeRedis('secrets and a Redis that refuses', () => {
  const dir = temporaryDir();
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis(['--requirepass', 'the right one']);
  });
  afterAll(() => redis.stop());

  it('when the password is wrong, then the log says that Redis is away and not by which password', async () => {
    const file = join(dir(), 'log.jsonl');
    const { logger, close } = createLogger('trace', { descriptor: openSync(file, 'w') });
    const said = async () => {
      await new Promise<void>((resolve) => logger.flush(() => resolve()));
      return readFile(file, 'utf8');
    };
    const url = `redis://user:${secret('redis')}@127.0.0.1:${redis.port}`;

    const connected = connectRedis({ url, name: 'tests', logger });
    await waitFor(async () => (await said()).includes('Redis is away'), { what: 'a word of Redis' });
    connected.close();

    expect(await said()).not.toContain(canary);
    close();
  });
});
