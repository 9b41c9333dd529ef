import { connectRedis, type Redis } from '../../src/config/redis.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { startTcpProxy } from '../helpers/tcp-proxy.js';
import { waitFor } from '../helpers/wait-for.js';

describeRedis('connectRedis', () => {
  const lines: string[] = [];
  const log = (...args: unknown[]) => void lines.push(String(args.at(-1)));
  const logger = { warn: log, info: log };
  let server: TestRedis;
  let redis: Redis | undefined;
  const connect = (url: string) => (redis = connectRedis({ url, name: 'tests', logger }));

  beforeEach(async () => {
    lines.length = 0;
    server = await startRedis();
  });
  afterEach(async () => {
    redis?.close();
    await server.stop();
  });

  it('when Redis is there, then commands are answered', async () => {
    const { client } = connect(server.url);
    await waitFor(() => client.isReady);
    expect(await client.ping()).toBe('PONG');
    expect(lines).toEqual([]);
  });

  it('when Redis is absent at the start, then commands fail at once, and work as soon as it is there', async () => {
    await server.kill();
    const { client } = connect(server.url);
    await waitFor(() => lines.length > 0);
    await expect(client.ping()).rejects.toThrow();
    await server.restart();
    expect(await waitFor(() => client.ping())).toBe('PONG');
    expect(lines).toEqual(['Redis is away; going on without it', 'Redis is back']);
  });

  it('when the connection is cut, then there is a new one', async () => {
    const proxy = await startTcpProxy(server.port);
    const { client } = connect(`redis://127.0.0.1:${proxy.port}`);
    await waitFor(() => client.isReady);
    proxy.refuse();
    await waitFor(() => !client.isReady);
    await expect(client.ping()).rejects.toThrow();
    proxy.heal();
    expect(await waitFor(() => client.ping())).toBe('PONG');
    redis?.close();
    await proxy.stop();
    redis = undefined;
  });

  it('when the cable is held, then a command waits, and is answered when it heals', async () => {
    const proxy = await startTcpProxy(server.port);
    const { client } = connect(`redis://127.0.0.1:${proxy.port}`);
    const probe = connectRedis({ url: server.url, name: 'probe', logger });
    await waitFor(() => client.isReady && probe.client.isReady);
    proxy.hold();
    let answer: string | undefined;
    const asking = client.ping().then((text) => (answer = text));
    // Over another line the server answers: after 2 s of silence this one would be given up.
    await probe.client.ping();
    expect(answer).toBeUndefined();
    proxy.heal();
    await asking;
    expect(answer).toBe('PONG');
    probe.close();
    redis?.close();
    await proxy.stop();
    redis = undefined;
  });
});
