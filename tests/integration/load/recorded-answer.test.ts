import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordAnswer } from '../../../load/bench/recorded-answer.js';

describe('recordAnswer', () => {
  let server: Server;
  let port: number;
  let asked = 0;

  beforeAll(async () => {
    server = createServer((req, res) => {
      asked++;
      res.statusCode = req.url === '/there' ? 200 : 404;
      res.setHeader('ETag', '"1.1"');
      res.setHeader('X-Cache', asked < 3 ? 'MISS' : 'HIT');
      res.setHeader('Content-Length', 2);
      res.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it('when a cache has to be warmed, then the warm answer is taken, without what every Node server adds', async () => {
    expect(await recordAnswer(port, '/there')).toEqual({
      headers: ['ETag', '"1.1"', 'X-Cache', 'HIT', 'Content-Length', '2'],
      body: '{}',
    });
  });
  it('when the answer is no 200, then it is not taken for one', async () => {
    await expect(recordAnswer(port, '/gone')).rejects.toThrow('/gone answered 404: {}');
  });
});
