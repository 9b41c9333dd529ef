import type { Connection } from 'mongoose';
import { auditClean } from '../../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { randomFrom } from '../../helpers/random.js';
import { report } from '../../helpers/report.js';
import { api } from './row.js';
import { exchange, http, type Wire } from './wire.js';
import { openWorld, type World } from './world.js';

const count = process.env['LONG'] === '1' ? 8_000 : 160;
const atOnce = 40;
const seed = 20_261_121;
const worldMs = 240_000;
const allMs = 600_000;

/** Sane requests, of which each mutation is a few bytes away. */
const templates: readonly ((world: World) => Wire)[] = [
  ({ productId, user }) =>
    api('POST', `/products/${productId}/purchase`, {
      ...{ token: user, json: { quantity: 1, price: 1999 }, headers: { 'Idempotency-Key': 'mutated' } },
    }),
  ({ productId, manager }) =>
    api('PATCH', `/products/${productId}`, {
      ...{ token: manager, headers: { 'If-Match': '"1.1"', 'Transfer-Encoding': 'chunked', 'Content-Length': null } },
      body: 'd\r\n{"price":100}\r\n0\r\n\r\n',
    }),
  () => api('GET', '/products?q=lamp&limit=5&sort=-name', { headers: { 'If-None-Match': '"x"' } }),
  () => api('OPTIONS', '/orders', { headers: { Origin: 'null', 'Access-Control-Request-Method': 'POST' } }),
  () => http({ path: '/docs/swagger-ui.css', headers: { Range: 'bytes=0-10', 'Accept-Encoding': 'gzip' } }),
];

/** Changes a byte, puts one in, takes some out or doubles some, one to three times. */
const mutate = (bytes: string, random: () => number): string => {
  const upTo = (max: number): number => Math.floor(random() * max);
  let text = bytes;
  for (let left = 1 + upTo(3); left > 0; left--) {
    const at = upTo(text.length);
    const byte = String.fromCharCode(upTo(256));
    const from = upTo(text.length);
    const variants = [
      () => text.slice(0, at) + byte + text.slice(at + 1),
      () => text.slice(0, at) + byte + text.slice(at),
      () => text.slice(0, at) + text.slice(at + 1 + upTo(8)),
      () => text.slice(0, at) + text.slice(from, from + 20) + text.slice(at),
    ];
    text = variants[upTo(variants.length)]?.() ?? text;
  }
  return text;
};

describeMongo('bad input by chance', () => {
  const database = freshDatabase();
  let connection: Connection;
  let world: World;
  beforeAll(async () => {
    connection = await database.connect();
    world = await openWorld(database.uri, connection);
  }, worldMs);
  afterAll(() => world.close(), worldMs);

  it(
    `when ${count} requests are a few bytes away from sane ones, then each is answered and none by a fault of ours`,
    async () => {
      const random = randomFrom(seed);
      const statuses: Record<number, number> = {};
      for (let sent = 0; sent < count; sent += atOnce) {
        const wires = Array.from({ length: atOnce }, (): Wire => {
          const template = templates[Math.floor(random() * templates.length)];
          // To the server that waits for nobody: what lacks its end is answered as well.
          return { bytes: mutate(template?.(world).bytes ?? '', random), impatient: true };
        });
        const heard = await Promise.all(wires.map((wire) => exchange(world.portFor(wire), wire)));
        for (const { status, headers, body } of heard) {
          statuses[status] = (statuses[status] ?? 0) + 1;
          expect(status).toBeGreaterThanOrEqual(200);
          // 503 says that there is more to do than can be done.
          expect({ status, isOurFault: status >= 500 && status !== 503, body }).toMatchObject({ isOurFault: false });
          if (status < 400) continue;
          const { error } = JSON.parse(body) as { error: { requestId: string } };
          expect(headers.get('x-request-id')).toEqual([error.requestId]);
        }
      }
      report('bad input by chance', { seed, statuses });
      await auditClean(world.shop, connection, world.productId, { sawAll: false });
    },
    allMs,
  );
});
