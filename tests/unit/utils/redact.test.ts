import { createRedactor, passwordsOf, redactQuery, redactUrls } from '../../../src/utils/redact.js';
import { expectInTime } from '../../helpers/in-time.js';

const canary = 'hunter2-canary';

describe('redactUrls', () => {
  it.each([
    [`mongodb://user:${canary}@a:1,b:2/shop?replicaSet=rs0`, 'mongodb://***@a:1,b:2/shop?replicaSet=rs0'],
    [`cannot reach redis://:${canary}@host:6379, trying`, 'cannot reach redis://***@host:6379, trying'],
    [`amqps://u:${canary}@h/%2f and smtp://v:${canary}@i`, 'amqps://***@h/%2f and smtp://***@i'],
    [`mongodb+srv://user:pa@ss/${canary}@host/db`, 'mongodb+srv://***@host/db'],
  ])('when a text is %s, then %s is shown', (text, shown) => {
    expect(redactUrls(text)).toBe(shown);
  });

  it.each(['https://shop.example/a?b=c', 'mongodb://127.0.0.1:27017/shop', 'mail to ada@stockroom.test: done'])(
    'when there is no password in %s, then it stays',
    (text) => {
      expect(redactUrls(text)).toBe(text);
    },
  );
});

describe('redactQuery', () => {
  it.each([
    [`/api/v1/products?access_token=${canary}&limit=1`, '/api/v1/products?access_token=[redacted]&limit=1'],
    [`/?a=b&PASSWORD=${canary}`, '/?a=b&PASSWORD=[redacted]'],
    ['/api/v1/products?q=token&cursor=abc', '/api/v1/products?q=token&cursor=abc'],
  ])('when the URL is %s, then the log has %s', (url, shown) => {
    expect(redactQuery(url)).toBe(shown);
  });
});

describe('passwordsOf', () => {
  it.each([
    ['redis://user:pass@host', ['pass', 'pass']],
    ['amqp://u:p%40ss@host/vhost', ['p%40ss', 'p@ss']],
    ['mongodb://u:p%zz@host', ['p%zz']],
    ['redis://host:6379', []],
    ['redis://user@host', []],
  ])('when the URL is %s, then %j', (url, passwords) => {
    expect(passwordsOf(url)).toEqual(passwords);
  });
});

describe('createRedactor', () => {
  const jwt = `eyJhbGciOiJIUzI1NiJ9.${'x'.repeat(100)}.${canary}`;
  const err = {
    type: 'Error',
    message: `connect amqp://guest:${canary}@broker failed`,
    config: { headers: { Authorization: `Bearer ${canary}`, cookie: `session=${canary}`, accept: 'text/html' } },
    rawHeaders: ['Authorization', `Basic ${canary}`, 'Host', 'a'],
    response: { 'set-cookie': [`a=${canary}`, `b="${canary}"`] },
    input: `redis://:${canary}@cache`,
    keyValue: { passwordHash: `$argon2id$v=19$m=19456$${canary}` },
  };

  it.each<[string, unknown]>([
    ['an error with a request in it', { err }],
    ['a body', { body: { email: 'ada@stockroom.test', password: `a "quoted" ${canary}`, refreshToken: canary } }],
    ['a token in a sentence', { msg: `jwt malformed: ${jwt}` }],
    ['a hash in a sentence', { msg: `cannot parse $argon2id$v=19$m=1$${canary}` }],
    ['a request’s URL', { url: `/api/v1/products?token=${canary}` }],
  ])('when a line has %s, then it is still an entry, and the secret is gone', (_what, fields) => {
    const line = createRedactor([])(JSON.stringify({ level: 50, kept: 'kept', ...(fields as object) }));
    expect(line).not.toContain(canary);
    expect(JSON.parse(line)).toMatchObject({ level: 50, kept: 'kept' });
  });

  it('when a line has a known secret, then it is gone wherever it stood, as JSON writes it too', () => {
    const secret = 'a "secret" with\\every\nthing';
    const line = createRedactor([secret, ''])(JSON.stringify({ msg: `it is ${secret}!`, nested: [secret] }));
    expect(JSON.parse(line)).toEqual({ msg: 'it is [redacted]!', nested: ['[redacted]'] });
  });

  it('when a known secret is so short that it is a word, then lines stay readable', () => {
    expect(createRedactor(['guest'])('{"msg":"a guest came"}')).toBe('{"msg":"a guest came"}');
  });

  it('when a line has no secret, then it stays as it is', () => {
    const line = JSON.stringify({ level: 30, msg: 'ready', url: 'http://localhost:3000', token: 5, startMs: 12 });
    expect(createRedactor([canary])(line)).toBe(line);
  });

  it.each([
    'a://'.repeat(8_000),
    `a://${':'.repeat(32_000)}`,
    'eyJ-'.repeat(8_000),
    '"token":"'.repeat(4_000),
    'a.'.repeat(16_000),
  ])('when somebody sends what a slow pattern would choke on, then it takes no second of the processor', (text) => {
    const start = process.cpuUsage();
    createRedactor([canary])(text);
    const { user } = process.cpuUsage(start);
    expectInTime(user / 1000, 'the processor for one line').toBeLessThan(1_000);
  });
});
