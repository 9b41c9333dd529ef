import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import type { Answer, Purchase } from '../helpers/api-client.js';
import { auditClean } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { customers, person, spawnShop, type SpawnedShop } from '../helpers/shop.js';

const rounds = process.env['LONG'] === '1' ? 200 : 12;

describeMongo('two processes on one database', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shops: [SpawnedShop, SpawnedShop];
  beforeAll(async () => {
    connection = await database.connect();
    shops = await Promise.all([spawnShop(database.uri), spawnShop(database.uri)]);
  }, 240_000);
  afterAll(() => Promise.all(shops.map((shop) => shop.close())));

  const shopOf = (index: number): SpawnedShop => (index % 2 === 0 ? shops[0] : shops[1]);
  const created = (answers: readonly Answer<Purchase>[]) => answers.filter(({ status }) => status === 201);

  it('when 100 buyers of one unit come by both, then exactly one is served', async () => {
    const product = await shops[0].stocked(1);

    const answers = await Promise.all(
      customers(100).map(({ token }, index) => shopOf(index).client.buy(product.id, { token })),
    );

    expectNobodyTurnedAway(answers);
    expect(created(answers)).toHaveLength(1);
    for (const { status, error } of answers.filter(({ status: each }) => each !== 201)) {
      expect([status, error.code, error.details]).toEqual([409, 'INSUFFICIENT_STOCK', { requested: 1, available: 0 }]);
    }
    await auditClean(shops[1], connection, product.id, { created: created(answers) });
  });

  it('when 500 buyers of 1 to 3 units come by both for 300, then what is sold is what was answered, and no more', async () => {
    const product = await shops[0].stocked(300);

    const answers = await Promise.all(
      customers(500).map(({ token }, index) =>
        shopOf(index).client.buy(product.id, { token, body: { quantity: 1 + (index % 3) } }),
      ),
    );

    expectNobodyTurnedAway(answers);
    const sold = created(answers).reduce((sum, { data }) => sum + data.quantity, 0);
    expect(sold).toBe(300);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    await auditClean(shops[1], connection, product.id, { created: created(answers) });
  });

  it('when both sell on and on, batch by batch, then no unit is sold twice and nobody sees more than a refusal', async () => {
    const product = await shops[0].stocked(300);
    const answers: Answer<Purchase>[] = [];

    await Promise.all(
      customers(24).map(async ({ token }, index) => {
        for (let round = 0; round < rounds; round++) {
          const body = { quantity: 1 + ((index + round) % 2) };
          const call = { token, key: newId(), body };
          answers.push(await patiently(() => shopOf(index).client.buy(product.id, call)));
        }
      }),
    );

    expectNobodyTurnedAway(answers);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    expect(created(answers).reduce((sum, { data }) => sum + data.quantity, 0)).toBe(300);
    await auditClean(shops[0], connection, product.id, { created: created(answers) });
  });

  it('when a limit of 1 is tried by 20 customers at both, then each gets one unit', async () => {
    const product = await shops[0].stocked(1000, { perCustomerLimit: 1 });
    const people = customers(20);

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => people)
        .flat()
        .map(({ token }, index) => shopOf(Math.floor(index / people.length)).client.buy(product.id, { token })),
    );

    expectNobodyTurnedAway(answers);
    expect(created(answers)).toHaveLength(20);
    const lines = await auditClean(shops[0], connection, product.id, { created: created(answers) });
    expect(new Set(lines.map(({ buyerId }) => buyerId).filter((id) => id !== null)).size).toBe(20);
  });

  it('when one key comes to both at once, twenty times, then it buys once and all get the same bytes', async () => {
    const product = await shops[0].stocked(100);
    const buyer = person();
    const key = newId();

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => shopOf(index).client.buy(product.id, { token: buyer.token, key })),
    );

    expectNobodyTurnedAway(answers);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    const lines = await auditClean(shops[1], connection, product.id, { created: answers });
    expect(lines).toHaveLength(2);
  });

  it('when a manager restocks at one while buyers come by both, then every unit is accounted for', async () => {
    const product = await shops[0].stocked(20);
    const buying = customers(150).map(({ token }, index) => shopOf(index).client.buy(product.id, { token }));
    const restocking = Array.from({ length: 10 }, (_, index) =>
      shopOf(index).client.change(product.id, {
        token: shopOf(index).manager.token,
        body: { delta: 5, reason: 'delivery' },
      }),
    );

    const [answers, restocks] = await Promise.all([Promise.all(buying), Promise.all(restocking)]);

    expectNobodyTurnedAway([...answers, ...restocks]);
    expect(restocks.map(({ status }) => status)).toEqual(restocks.map(() => 200));
    await auditClean(shops[0], connection, product.id, { created: created(answers) });
    const { stock, sold } = (await shops[1].client.product(product.id)).data;
    expect(stock + sold).toBe(70);
    expect(sold).toBe(created(answers).length);
  });
});
