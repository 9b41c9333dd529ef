import { jest } from '@jest/globals';
import { ApiError, adviceOf, faultsOf } from '../../../public/src/api/api-error.js';
import { createClient } from '../../../public/src/api/client.js';
import { createSession } from '../../../public/src/api/session.js';

const user = { id: 'u', email: 'a@b.c', name: 'A', role: 'user', createdAt: '2026-01-01T00:00:00.000Z' };
const tokens = (n: number, expiresIn = 900) => ({ accessToken: `a${n}`, refreshToken: `r${n}`, expiresIn, user });
const ok = (data: unknown, status = 200): Response => Response.json({ status_code: status, data }, { status });
const refusal = (status: number, code: string): Response =>
  Response.json({ message: 'No', error: { code, requestId: 'r' } }, { status });

type Handler = (path: string, init: RequestInit) => Response | Promise<Response>;

const memory = (text: string | null = null) => {
  const kept = { text };
  return { kept, read: () => kept.text, write: (next: string | null) => (kept.text = next) };
};

/** What was sent, as `POST auth/login`, and whose answers come from the handler. */
const answering = (handler: Handler) => {
  const sent: string[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation((input, init = {}) => {
    const path = (typeof input === 'string' ? input : '').replace('api/v1/', '');
    sent.push(`${init.method ?? 'GET'} ${path} ${new Headers(init.headers).get('authorization') ?? ''}`.trim());
    return Promise.resolve().then(() => handler(path, init));
  });
  return sent;
};

const signedIn = async (handler: Handler, expiresIn = 900) => {
  const storage = memory();
  const sent = answering((path, init) => (path === 'auth/login' ? ok(tokens(1, expiresIn)) : handler(path, init)));
  const session = createSession(storage);
  await session.signIn('a@b.c', 'secret');
  sent.length = 0;
  return { storage, sent, session, client: createClient(session) };
};

const orFail = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('missing');
  return value;
};

describe('session', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('when somebody signs in, then a reload finds them signed in', async () => {
    const { storage, session } = await signedIn(() => ok(null));
    expect(session.state.get()?.user.name).toBe('A');
    expect(createSession(memory(storage.kept.text)).state.get()?.accessToken).toBe('a1');
  });

  it.each(['not json', '{}', '{"refreshToken":1}', 'null'])('when storage has %j, then nobody is signed in', (text) => {
    expect(createSession(memory(text)).state.get()).toBeNull();
  });

  it('when a token is refused, then it is renewed once for all, and each call is sent again', async () => {
    const { sent, client } = await signedIn((path, init) => {
      if (path === 'auth/refresh') return ok(tokens(2));
      const isNew = new Headers(init.headers).get('authorization') === 'Bearer a2';
      return isNew ? ok('fine') : refusal(401, 'TOKEN_EXPIRED');
    });
    const answers = await Promise.all([1, 2, 3].map(() => client.call<string>({ path: '/orders' })));
    expect(answers.map(({ data }) => data)).toEqual(['fine', 'fine', 'fine']);
    expect(sent.filter((call) => call.startsWith('POST auth/refresh'))).toHaveLength(1);
    expect(sent.filter((call) => call === 'GET orders Bearer a2')).toHaveLength(3);
  });

  it('when a token is about to end, then it is renewed before it is used', async () => {
    const handler: Handler = (path) => (path === 'auth/refresh' ? ok(tokens(2)) : ok('fine'));
    const { sent, client } = await signedIn(handler, 5);
    await client.call({ path: '/orders' });
    expect(sent).toEqual(['POST auth/refresh', 'GET orders Bearer a2']);
  });

  it('when the renewal is refused, then the session has ended and says why', async () => {
    const { storage, session, client } = await signedIn(() => refusal(401, 'UNAUTHENTICATED'));
    await expect(client.call({ path: '/orders' })).rejects.toMatchObject({ status: 401 });
    expect(session.state.get()).toBeNull();
    expect(session.endedBecause()).toMatch(/Sign in again/);
    expect(storage.kept.text).toBeNull();
  });

  it('when the renewal gets no answer, then the session goes on', async () => {
    const { session, client } = await signedIn((path) => {
      if (path === 'auth/refresh') throw new TypeError('no network');
      return refusal(401, 'TOKEN_EXPIRED');
    });
    await expect(client.call({ method: 'POST', path: '/orders' })).rejects.toMatchObject({ code: 'NO_ANSWER' });
    expect(session.state.get()?.accessToken).toBe('a1');
  });
});

describe('client', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('when a look gets no answer, then it is sent once more', async () => {
    const answers = [() => Promise.reject(new TypeError('gone')), () => Promise.resolve(ok('fine'))];
    const { sent, client } = await signedIn(() => orFail(answers.shift())());
    await expect(client.call({ path: '/orders' })).resolves.toMatchObject({ data: 'fine' });
    expect(sent).toHaveLength(2);
  });

  it('when it gets none again, then that is told', async () => {
    const { sent, client } = await signedIn(() => refusal(503, 'UNAVAILABLE'));
    await expect(client.call({ path: '/orders' })).rejects.toBeInstanceOf(ApiError);
    expect(sent).toHaveLength(2);
  });

  it('when a change without a key gets no answer, then it is not sent again', async () => {
    const { sent, client } = await signedIn(() => Promise.reject(new TypeError('gone')));
    await expect(client.call({ method: 'POST', path: '/reports', body: {} })).rejects.toMatchObject({
      code: 'NO_ANSWER',
    });
    expect(sent).toHaveLength(1);
  });

  it('when a change with a key gets none, then it is sent again with the same key', async () => {
    const keys: (string | null)[] = [];
    const { client } = await signedIn((_path, init) => {
      keys.push(new Headers(init.headers).get('idempotency-key'));
      return keys.length === 1 ? refusal(503, 'UNAVAILABLE') : ok('bought', 201);
    });
    const call = { method: 'POST', path: '/products/p/purchase', headers: { 'Idempotency-Key': 'k' } } as const;
    await expect(client.call(call)).resolves.toMatchObject({ data: 'bought' });
    expect(keys).toEqual(['k', 'k']);
  });

  it('when it is refused, then the code and its details are told', async () => {
    const body = { message: 'Sold out', error: { code: 'INSUFFICIENT_STOCK', details: { available: 0 } } };
    const { client } = await signedIn(() => Response.json(body, { status: 409 }));
    await expect(client.call({ path: '/x' })).rejects.toMatchObject({
      ...{ status: 409, code: 'INSUFFICIENT_STOCK', message: 'Sold out', details: { available: 0 } },
    });
  });

  it('when something else than the API answers, then it is an error all the same', async () => {
    const { client } = await signedIn(() => new Response('<html>', { status: 502 }));
    await expect(client.call({ path: '/x' })).rejects.toMatchObject({ status: 502, code: 'HTTP_502' });
  });
});

describe('advice', () => {
  const of = (status: number, code: string, retryAfterMs: number | null = null) =>
    adviceOf(new ApiError('Said', { status, code, retryAfterMs, requestId: 'r-1' }));

  it.each([
    [0, 'NO_ANSWER', /does not answer/],
    [401, 'INVALID_CREDENTIALS', /^Said\. Try again/],
    [401, 'TOKEN_EXPIRED', /session has ended/],
    [403, 'FORBIDDEN', /Ask an admin/],
    [409, 'INSUFFICIENT_STOCK', /^Said\.$/],
    [500, 'INTERNAL', /r-1/],
    [503, 'UNAVAILABLE', /in a moment/],
  ])('when the answer is %d %s, then people are told what to do', (status, code, text) => {
    expect(of(status, code)).toMatch(text);
  });

  it('when there were too many requests, then it says when to come back', () => {
    expect(of(429, 'RATE_LIMITED', 12_000)).toContain('12 s');
    expect(adviceOf(new TypeError('x'))).toMatch(/Reload/);
  });

  it('when fields are faulty, then they are named, and nothing else is taken for one', () => {
    const details = [{ path: 'price', message: 'must be less' }, { path: 1 }, null];
    const error = new ApiError('Said', { status: 400, code: 'VALIDATION_FAILED', details });
    expect(faultsOf(error)).toEqual([{ path: 'price', message: 'must be less' }]);
    expect(faultsOf(new Error('x'))).toEqual([]);
  });
});
