import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { shutDown } from '../../src/shutdown.js';
import { waitFor } from '../helpers/wait-for.js';

const start = async (handler: (request: IncomingMessage, response: ServerResponse) => void) => {
  // Long enough that only an orderly end closes a resting connection, as in the service.
  const server = createServer({ keepAliveTimeout: 75_000 }, handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, host: '127.0.0.1', agent }, (response) => {
        response.resume().once('end', () => resolve(response));
      }).once('error', reject);
    });
  return { server, ask };
};

describe('shutDown', () => {
  it('when a request is in flight, then it is answered before the rest is closed', async () => {
    const steps: string[] = [];
    let answer: (() => void) | undefined;
    const { server, ask } = await start((_request, response) => {
      // As the server sees it: when the caller gets round to reading it is his own affair.
      response.once('finish', () => steps.push('answered'));
      answer = () => response.end('done');
    });
    const asking = ask();
    await waitFor(() => answer);
    const stopping = shutDown({
      server,
      announce: () => steps.push('announced'),
      closeRest: () => Promise.resolve(void steps.push('closed')),
      lingerMs: 0,
      graceMs: 60_000,
    });
    await waitFor(() => !server.listening);
    answer?.();
    const [{ statusCode }] = await Promise.all([asking, stopping]);
    expect(statusCode).toBe(200);
    expect(steps).toEqual(['announced', 'answered', 'closed']);
  });

  it('when somebody asks while it lingers, then there is an answer and the connection ends with it', async () => {
    const { server, ask } = await start((_request, response) => response.end('here'));
    expect((await ask()).headers.connection).toBe('keep-alive');
    const stopping = shutDown({
      server,
      announce: () => undefined,
      closeRest: () => Promise.resolve(),
      // Long enough for a machine that is busy with other things to ask within it.
      lingerMs: 3_000,
      graceMs: 60_000,
    });
    expect((await ask()).headers.connection).toBe('close');
    await stopping;
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('when a request never ends, then it is cut off at the deadline and the rest is closed', async () => {
    let asked = false;
    let closed = false;
    const { server, ask } = await start(() => {
      asked = true;
    });
    const asking = ask().catch((error: unknown) => (error as NodeJS.ErrnoException).code);
    await waitFor(() => asked);
    await shutDown({
      server,
      announce: () => undefined,
      closeRest: () => Promise.resolve(void (closed = true)),
      lingerMs: 0,
      graceMs: 200,
    });
    expect(await asking).toBe('ECONNRESET');
    expect(closed).toBe(true);
  });
});
