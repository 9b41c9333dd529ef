import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import { auditClean } from '../helpers/audit-clean.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { describeMongo } from '../helpers/mongo.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { randomFrom } from '../helpers/random.js';
import { seed } from '../helpers/seed.js';
import { customers, startShop, type LocalShop, type Person } from '../helpers/shop.js';

const buyersCount = process.env['LONG'] === '1' ? 2_000 : 200;
/** They leave within so many milliseconds: before, during and after the commit. */
const patienceMsMax = 20;

describeMongo(`buyers who leave before their answer comes (seed ${seed})`, () => {
  const { mongod, freshName, connect } = faultMongod();
  let connection: Connection;
  let shop: LocalShop;

  beforeAll(async () => {
    const database = freshName();
    connection = await connect(database);
    shop = await startShop(mongod().uri(database));
  }, 240_000);

  afterAll(() => shop.close());

  /** Sends a purchase and breaks the connection; resolves once it is broken. */
  const buyAndLeave = async (productId: string, { token }: Person, key: string, patienceMs: number): Promise<void> => {
    const outgoing = request(`${shop.url}/api/v1/products/${productId}/purchase`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': key, 'content-type': 'application/json' },
    });
    outgoing.on('response', (answer) => answer.resume());
    const closed = new Promise<void>((resolve) => outgoing.once('close', resolve));
    outgoing.on('error', () => undefined);
    outgoing.end('{}');
    await sleep(patienceMs);
    outgoing.destroy();
    await closed;
  };

  it('when they come back with their key, then each has bought once, and all others were served meanwhile', async () => {
    const random = randomFrom(seed);
    const { id } = await shop.stocked(1_000_000);
    const wishes = customers(buyersCount).map((buyer) => ({ buyer, key: newId() }));
    const stayers = customers(20);
    const leaving = wishes.map(({ buyer, key }) => buyAndLeave(id, buyer, key, random() * patienceMsMax));
    const staying = stayers.map(({ token }) => shop.client.buy(id, { token, body: {} }));
    // Some repeats overtake what they repeat.
    const again = () =>
      Promise.all(
        wishes.map(({ buyer, key }) => patiently(() => shop.client.buy(id, { token: buyer.token, key, body: {} }))),
      );
    const early = await again();
    await Promise.all(leaving);
    const late = await again();
    const served = await Promise.all(staying);
    expectNobodyTurnedAway(served);
    expect(late.map(({ text }) => text)).toEqual(early.map(({ text }) => text));
    expect(late.every(({ headers }) => headers['idempotent-replayed'] === 'true')).toBe(true);
    const lines = await auditClean(shop, connection, id, { created: [...late, ...served] });
    expect(lines).toHaveLength(1 + buyersCount + stayers.length);
  }, 240_000);

  it('when they leave for good, then what they were sold stays in the books and others are served', async () => {
    const { id } = await shop.stocked(1_000_000);
    await Promise.all(customers(buyersCount).map((buyer) => buyAndLeave(id, buyer, newId(), 0)));
    const call = { token: shop.manager.token, key: newId(), body: {} };
    expect((await patiently(() => shop.client.buy(id, call))).status).toBe(201);
    const lines = await auditClean(shop, connection, id, { sawAll: false });
    expect(lines.length).toBeLessThanOrEqual(2 + buyersCount);
  }, 240_000);
});
