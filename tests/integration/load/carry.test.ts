import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { carry } from '../../../load/bench/carry.js';

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
};

/** Answers its own name and how long the body was. */
const backend = (name: string) =>
  createHttpServer((req, res) => {
    let length = 0;
    req.on('data', (chunk: Buffer) => (length += chunk.length));
    req.on('end', () => res.end(`${name} ${length}`));
  });

describe('carry', () => {
  const backends = [backend('one'), backend('two')];
  let balancer: ReturnType<typeof createServer>;
  let port: number;
  let client: Socket;

  beforeAll(async () => {
    const targets = await Promise.all(backends.map(listening));
    balancer = createServer((socket) => carry(socket, targets));
    port = await listening(balancer);
  });
  beforeEach(async () => {
    client = connect(port, '127.0.0.1');
    await once(client, 'connect');
  });
  afterEach(() => client.destroy());
  afterAll(() => {
    balancer.close();
    for (const server of backends) {
      server.close();
      server.closeAllConnections();
    }
  });

  const request = (id: number, body = '') =>
    `POST /api/v1/products/${id}/purchase HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const answer = async (): Promise<string> => {
    const [chunk] = (await once(client, 'data')) as [Buffer];
    return chunk.toString().split('\r\n\r\n')[1] ?? '';
  };
  const ask = (text: string): Promise<string> => {
    const answered = answer();
    client.write(text);
    return answered;
  };

  it('when requests are about one product, then one process gets them all, over one connection', async () => {
    const answers = new Set([await ask(request(1)), await ask(request(1)), await ask(request(1))]);
    expect(answers.size).toBe(1);
  });
  it('when requests are about many products, then both processes get some', async () => {
    const answers = new Set<string>();
    for (let id = 0; id < 20; id++) answers.add(await ask(request(id)));
    expect(answers).toEqual(new Set(['one 0', 'two 0']));
  });
  it('when head and body arrive in pieces, then the request is carried whole and the next one too', async () => {
    const text = request(1, 'x'.repeat(1000));
    const answered = answer();
    client.setNoDelay(true);
    for (const piece of [text.slice(0, 20), text.slice(20, 120), text.slice(120, 700), text.slice(700)]) {
      await new Promise((resolve) => client.write(piece, resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answered).toMatch(/ 1000$/);
    expect(await ask(request(1, 'yz'))).toMatch(/ 2$/);
  });
  it.each([
    ['pipelines', request(1) + request(2)],
    ['sends a chunked body', 'POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ])('when a client %s, then it is cut off rather than answered wrongly', async (_, text) => {
    const closed = once(client, 'close');
    client.on('error', () => undefined);
    client.write(text);
    await closed;
  });
});
