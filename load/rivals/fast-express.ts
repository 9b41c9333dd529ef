import express from 'express';
import { createFastServer } from '../../src/utils/fast-server.js';
import { constantPath, productJson } from './constants.js';
import { listen } from './listen.js';

/** Our Express layer with nothing in it: an app on the fast server, one route, the same bytes as `node-http`. */
const main = (): void => {
  const length = Buffer.byteLength(productJson);
  const app = express();
  app.disable('etag');
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.get(constantPath, (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': length });
    res.end(productJson);
  });
  listen(createFastServer(app));
};

main();
