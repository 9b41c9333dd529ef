import type { IncomingMessage } from 'node:http';
import type { Connection } from 'mongoose';
import type { Answer, Purchase } from '../helpers/api-client.js';
import { auditClean } from '../helpers/audit-clean.js';
import { expectInTime } from '../helpers/in-time.js';
import { metricsOf } from '../helpers/metrics-text.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { customers, person, startShop, type LocalShop, type Person } from '../helpers/shop.js';

const statusesOf = (answers: readonly Answer[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const created = (answers: readonly Answer<Purchase>[]) => answers.filter(({ status }) => status === 201);

describeMongo('more buyers than units, in one process', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  const buyers500 = customers(500);

  it('when 100 buyers want the last unit, then exactly one is served and 99 are told that none is left', async () => {
    const product = await shop.stocked(1);

    const answers = await Promise.all(customers(100).map(({ token }) => shop.client.buy(product.id, { token })));

    expectNobodyTurnedAway(answers);
    expect(statusesOf(answers)).toEqual({ 201: 1, 409: 99 });
    for (const { error } of answers.filter(({ status }) => status === 409)) {
      expect(error).toMatchObject({ code: 'INSUFFICIENT_STOCK', details: { requested: 1, available: 0 } });
    }
    expect((await shop.client.product(product.id)).data).toMatchObject({ stock: 0, sold: 1, seq: 2 });
    await auditClean(shop, connection, product.id, { created: created(answers) });
  });

  it('when 500 buyers want 1 to 3 units each of 300, then they are served in the order they came, to the last unit', async () => {
    const product = await shop.stocked(300);
    const wishes = buyers500.map(({ token }, index) => ({
      id: `wish-number-${index}`,
      token,
      quantity: 1 + (index % 3),
    }));
    // What the server has read to its end is at once in the engine's queue, so this is the order of arrival.
    const arrived: string[] = [];
    await patiently(() => shop.client.purchases({ token: shop.manager.token }));
    const waits = async (): Promise<number> => {
      const { samples } = await metricsOf(shop.url);
      return samples.filter(({ name }) => name === 'account_waits_total').reduce((sum, { value }) => sum + value, 0);
    };
    const waitsBefore = await waits();
    const note = (request: IncomingMessage) =>
      request.prependOnceListener('end', () => arrived.push(String(request.headers['x-request-id'])));
    shop.server.prependListener('request', note);

    const byId = new Map<string, { quantity: number; answer: Answer<Purchase> }>();
    await Promise.all(
      wishes.map(async ({ id, token, quantity }) => {
        const headers = { 'x-request-id': id };
        byId.set(id, { quantity, answer: await shop.client.buy(product.id, { token, body: { quantity }, headers }) });
      }),
    );
    shop.server.off('request', note);
    expectNobodyTurnedAway([...byId.values()].map(({ answer }) => answer));

    // Where the database is slow to tell of accounts, who waits for that may be passed by who comes later.
    expectInTime((await waits()) - waitsBefore, 'waited to hear of accounts', 'requests').toBeLessThan(1);
    expect(arrived).toHaveLength(500);
    let left = 300;
    for (const id of arrived) {
      const { quantity, answer } = byId.get(id) ?? {};
      if (quantity === undefined || answer === undefined) throw new Error(`nobody has sent ${id}`);
      if (quantity <= left) {
        left -= quantity;
        expect([id, answer.status, answer.data.stockAfter]).toEqual([id, 201, left]);
      } else {
        expect([id, answer.status]).toEqual([id, 409]);
        expect(answer.error.details).toEqual({ requested: quantity, available: left });
      }
    }
    expect(left).toBe(0);
    const served = created([...byId.values()].map(({ answer }) => answer));
    expect(served.reduce((sum, { data }) => sum + data.quantity, 0)).toBe(300);
    expect((await shop.client.product(product.id)).data).toMatchObject({ stock: 0, sold: 300 });
    await auditClean(shop, connection, product.id, { created: served });
  });

  it('when several products are wanted at once and one is sold out, then the others sell as if it were not there', async () => {
    const [plenty, few, none] = await Promise.all([shop.stocked(1000), shop.stocked(7), shop.stocked(0)]);
    const products = [plenty, few, none];

    const answers = await Promise.all(
      buyers500.slice(0, 300).map(({ token }, index) => {
        const product = products[index % 3] ?? plenty;
        return shop.client.buy(product.id, { token }).then((answer) => ({ product, answer }));
      }),
    );

    expectNobodyTurnedAway(answers.map(({ answer }) => answer));
    const of = (product: typeof plenty) =>
      answers.filter((each) => each.product === product).map(({ answer }) => answer);
    expect(statusesOf(of(plenty))).toEqual({ 201: 100 });
    expect(statusesOf(of(few))).toEqual({ 201: 7, 409: 93 });
    expect(statusesOf(of(none))).toEqual({ 409: 100 });
    for (const product of products) await auditClean(shop, connection, product.id, { created: created(of(product)) });
  });

  describe('a limit per customer', () => {
    const tries = (people: readonly Person[], productId: string, each: number) =>
      Promise.all(
        Array.from({ length: each }, () => people)
          .flat()
          .map(({ token }) => shop.client.buy(productId, { token })),
      );

    it('when 50 customers try 10 times each under a limit of 1, then each gets exactly one unit', async () => {
      const product = await shop.stocked(1000, { perCustomerLimit: 1 });
      const people = customers(50);

      const answers = await tries(people, product.id, 10);

      expectNobodyTurnedAway(answers);
      expect(statusesOf(answers)).toEqual({ 201: 50, 409: 450 });
      for (const { error } of answers.filter(({ status }) => status === 409)) {
        expect(error).toMatchObject({ code: 'LIMIT_REACHED', details: { limit: 1, bought: 1, requested: 1 } });
      }
      const lines = await auditClean(shop, connection, product.id, { created: created(answers) });
      const owners = lines.flatMap(({ buyerId }) => (buyerId === null ? [] : [buyerId]));
      expect(owners.sort()).toEqual(people.map(({ id }) => id).sort());
    });

    it('when a limit is set later, then what was bought before counts', async () => {
      const product = await shop.stocked(100);
      const [early, late] = [person(), person()];
      const before = await shop.client.buy(product.id, { token: early.token, body: { quantity: 2 } });
      const limited = await shop.client.patch(product.id, {
        token: shop.manager.token,
        body: { perCustomerLimit: 3 },
      });
      expectNobodyTurnedAway([before, limited]);
      expect([before.status, limited.status]).toEqual([201, 200]);

      const answers = await tries([early, late], product.id, 5);

      expectNobodyTurnedAway(answers);
      expect(statusesOf(answers)).toEqual({ 201: 1 + 3, 409: 4 + 2 });
      const lines = await auditClean(shop, connection, product.id, { created: [before, ...created(answers)] });
      const unitsOf = ({ id }: Person) =>
        lines.filter(({ buyerId }) => buyerId === id).reduce((sum, line) => sum + line.soldDelta, 0);
      expect([unitsOf(early), unitsOf(late)]).toEqual([3, 3]);
    });
  });
});

describeMongo('more requests than the queue takes', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri, { env: { PURCHASE_QUEUE_MAX: '5' } });
  });
  afterAll(() => shop.close());

  it('when 200 buyers come at once and 5 may wait, then the rest is told when to come back and buys nothing', async () => {
    const product = await shop.stocked(1000);

    const answers = await Promise.all(customers(200).map(({ token }) => shop.client.buy(product.id, { token })));

    const turnedAway = answers.filter(({ status }) => status !== 201);
    expect(turnedAway.length).toBeGreaterThan(0);
    // Of the first five at least, unless the machine has turned them away as well, by their age.
    expectInTime(created(answers).length, 'served', 'buyers').toBeGreaterThan(0);
    for (const { status, headers, error } of turnedAway) {
      expect([status, error.code]).toEqual([503, 'UNAVAILABLE']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    // A refusal with a key is one whose outcome was not known yet.
    const sawAll = turnedAway.every(({ headers }) => headers['idempotency-key'] === undefined);
    await auditClean(shop, connection, product.id, { created: created(answers), sawAll });
    const { token } = person();
    const later = await patiently(() => shop.client.buy(product.id, { token }));
    expect(later.status).toBe(201);
  });
});
