import { createServer, type ServerResponse } from 'node:http';
import { productJson, purchaseJson } from './constants.js';
import { listen } from './listen.js';

const send = (res: ServerResponse, status: number, body: string): void => {
  const length = Buffer.byteLength(body);
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': length });
  res.end(body);
};

/** The ceiling: Node's own HTTP server answering the constant, nothing around it. */
const main = (): void => {
  const server = createServer((req, res) => {
    if (req.method === 'GET') {
      send(res, 200, productJson);
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => send(res, 201, purchaseJson));
  });
  listen(server);
};

main();
