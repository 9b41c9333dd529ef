import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { RecordedAnswer } from '../bench/recorded-answer.js';
import { productJson, purchaseJson } from './constants.js';
import { listen } from './listen.js';

const answerOf = (body: string): RecordedAnswer => ({
  headers: ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(Buffer.byteLength(body))],
  body,
});

const send = (res: ServerResponse, status: number, { headers, body }: RecordedAnswer): void => {
  res.writeHead(status, headers);
  res.end(body);
};

/**
 * The ceiling: Node's own HTTP server answering a constant, nothing around it. A GET is answered with what is in the file
 * `ANSWER_FILE`, where there is one, headers included.
 */
const main = (): void => {
  const file = process.env['ANSWER_FILE'];
  const read = file === undefined ? answerOf(productJson) : (JSON.parse(readFileSync(file, 'utf8')) as RecordedAnswer);
  const bought = answerOf(purchaseJson);
  const server = createServer((req, res) => {
    if (req.method === 'GET') {
      send(res, 200, read);
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => send(res, 201, bought));
  });
  listen(server);
};

main();
