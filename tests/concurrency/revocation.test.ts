import { accountCalls, type Account, type AccountCalls } from '../helpers/accounts.js';
import type { Answer } from '../helpers/api-client.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { report } from '../helpers/report.js';
import { spawnShop, startShop, type LocalShop, type SpawnedShop } from '../helpers/shop.js';
import { startTcpProxy, type TcpProxy } from '../helpers/tcp-proxy.js';
import { waitFor } from '../helpers/wait-for.js';

interface Heard {
  sentMs: number;
  status: number;
}

/** Sends one request after the other, four at a time, until it is stopped. */
const startAsking = (ask: () => Promise<Answer>) => {
  const heard: Heard[] = [];
  const state = { stopping: false };
  const one = async (): Promise<void> => {
    while (!state.stopping) {
      const sentMs = performance.now();
      heard.push({ sentMs, status: (await ask()).status });
    }
  };
  const all = Promise.all(Array.from({ length: 4 }, one));
  const sentAfter = (ms: number) => heard.filter(({ sentMs }) => sentMs > ms);
  return {
    heard,
    sentAfter,
    /** Stops once so many requests that were sent after that time are answered. */
    stopAfter: async (ms: number, count: number): Promise<void> => {
      await waitFor(() => sentAfter(ms).length >= count, { deadlineMs: 60_000, what: 'requests of afterwards' });
      state.stopping = true;
      await all;
    },
  };
};

/** Statuses, each once. */
const kinds = (heard: readonly Heard[]): number[] => [...new Set(heard.map(({ status }) => status))].sort();
/** Those of requests about which something could be said in time: who is turned away by 503 has learnt and been shown nothing. */
const answered = (heard: readonly Heard[]): number[] => kinds(heard.filter(({ status }) => status !== 503));

describeMongo('what one process takes away', () => {
  const database = freshDatabase();
  let here: LocalShop;
  let there: SpawnedShop;
  /** The other process's way to the database. */
  let proxy: TcpProxy;
  let accounts: AccountCalls;
  let admin: Account;

  beforeAll(async () => {
    const direct = new URL(database.uri);
    proxy = await startTcpProxy(Number(direct.port));
    const proxied = `mongodb://127.0.0.1:${proxy.port}${direct.pathname}?directConnection=true`;
    [here, there] = await Promise.all([startShop(database.uri), spawnShop(proxied)]);
    const connection = await database.connect();
    accounts = accountCalls(here.client, () => connection);
    admin = await accounts.operator();
  }, 240_000);
  afterAll(async () => {
    proxy.heal();
    await Promise.all([here.close(), there.close()]);
    await proxy.stop();
  });

  /** Has the change made here while requests run there. @returns what was heard before the change began, and by requests that were sent after its answer */
  const change = async (ask: () => Promise<Answer>, body: object, id: string) => {
    const asking = startAsking(ask);
    await waitFor(() => asking.heard.length >= 20, { what: 'requests of before' });
    const before = [...asking.heard];
    const beganMs = performance.now();
    const answer = await patiently(() => accounts.patch(id, body, admin.accessToken));
    const answeredMs = performance.now();
    await asking.stopAfter(answeredMs, 100);
    expect(answer.status).toBe(200);
    const after = asking.sentAfter(answeredMs);
    report('taken away', { answeredAfterMs: Math.round(answeredMs - beganMs), askedAfterwards: after.length });
    return { before, after };
  };

  it('when an account is disabled here, then no request that is sent after the answer passes there', async () => {
    const { accessToken: token, user } = await accounts.newcomer();
    const ask = () => there.client.purchases({ token });
    const { before, after } = await change(ask, { disabled: true }, user.id);
    expect(answered(before)).toEqual([200]);
    expect(answered(after)).toEqual([401]);
  }, 240_000);

  it('when a manager is demoted here, then no request that is sent after the answer passes there, but a refreshed one by the new role', async () => {
    const { accessToken: token, refreshToken, user } = await accounts.ofRole('manager');
    const ask = () => there.client.api('GET', '/reports', { token });
    const { before, after } = await change(ask, { role: 'user' }, user.id);
    expect(answered(before)).toEqual([200]);
    expect(answered(after)).toEqual([401]);
    const { status, data } = await accountCalls(there.client).refresh(refreshToken);
    expectNobodyTurnedAway([{ status }]);
    const refreshed = { token: data.accessToken };
    expect((await patiently(() => there.client.api('GET', '/reports', refreshed))).status).toBe(403);
  }, 240_000);

  it('when somebody signs out here, then they are out there within a moment', async () => {
    const { accessToken: token } = await accounts.newcomer();
    expect((await patiently(() => there.client.purchases({ token }))).status).toBe(200);
    const { status } = await patiently(() => here.client.api('POST', '/auth/logout', { token }));
    expect(status).toBe(204);
    await waitFor(async () => (await there.client.purchases({ token })).status === 401, { what: 'the end there' });
  });

  it('when the other process is cut off from the database, then it lets nobody pass whom it may not know to be disabled', async () => {
    const { accessToken: token, user } = await accounts.newcomer();
    const product = await here.stocked(1);
    // What lies ready in its memory it could show without the database.
    const ask = () => there.client.api('GET', `/orders/product/${product.id}`, { token });
    await waitFor(async () => (await ask()).headers['x-cache'] === 'HIT', { what: 'a copy there' });

    proxy.hold();
    const asking = startAsking(ask);
    const answer = await patiently(() => accounts.patch(user.id, { disabled: true }, admin.accessToken));
    const answeredMs = performance.now();
    await asking.stopAfter(answeredMs, 8);
    const after = asking.sentAfter(answeredMs);
    proxy.heal();

    expect(answer.status).toBe(200);
    expect(kinds(after)).toEqual([503]);
    await waitFor(async () => (await ask()).status === 401, { deadlineMs: 60_000, what: 'the refusal there' });
  }, 240_000);
});
