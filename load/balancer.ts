import { createServer, type AddressInfo } from 'node:net';
import { carry } from './bench/carry.js';

/** Sends each product's requests to one of `TARGETS` (ports, separated by commas), by a hash of the path. */
const main = (): void => {
  const targets = (process.env['TARGETS'] ?? '').split(',').map(Number);
  const server = createServer((client) => carry(client, targets));
  server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
    console.log(`listening ${(server.address() as AddressInfo).port}`);
  });
  process.once('SIGTERM', () => process.exit(0));
};

main();
