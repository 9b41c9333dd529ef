import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import type { Answer } from '../helpers/api-client.js';
import { auditClean, ledgerOf } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { customers, person, startShop, type LocalShop } from '../helpers/shop.js';

const isReplay = ({ headers }: Answer): boolean => headers['idempotent-replayed'] === 'true';

describeMongo('repeats under one Idempotency-Key', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  it('when 50 repeats come at once, then one buys and the others get its answer byte for byte', async () => {
    const product = await shop.stocked(100);
    const buyer = person();
    const key = newId();

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => shop.client.buy(product.id, { token: buyer.token, key })),
    );

    expectNobodyTurnedAway(answers);
    const [first] = answers;
    for (const { status, text, headers } of answers) {
      expect([status, text, headers.location]).toEqual([201, first?.text, first?.headers.location]);
    }
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(await auditClean(shop, connection, product.id, { created: answers })).toHaveLength(2);
  });

  it('when a repeat comes after the sell-out, then it gets the first answer though nothing is left', async () => {
    const product = await shop.stocked(1);
    const buyer = person();
    const first = await shop.client.buy(product.id, { token: buyer.token, key: 'order-1' });
    const late = await shop.client.buy(product.id, { token: person().token, key: 'order-1' });
    expectNobodyTurnedAway([first, late]);
    expect([first.status, isReplay(first), late.status]).toEqual([201, false, 409]);

    const repeat = await shop.client.buy(product.id, { token: buyer.token, key: 'order-1' });

    expectNobodyTurnedAway([first, repeat]);
    expect([repeat.status, repeat.text, isReplay(repeat)]).toEqual([201, first.text, true]);
    expect(repeat.headers.location).toBe(first.headers.location);
    expect((await shop.client.product(product.id)).data).toMatchObject({ stock: 0, sold: 1 });
    await auditClean(shop, connection, product.id, { created: [first, repeat] });
  });

  it('when the key comes with another quantity, price or product, then it is refused and nothing is bought', async () => {
    const [product, other] = await Promise.all([shop.stocked(10), shop.stocked(10)]);
    const { token } = person();
    const first = await shop.client.buy(product.id, { token, key: 'k', body: { quantity: 2 } });

    const answers = await Promise.all([
      shop.client.buy(product.id, { token, key: 'k', body: { quantity: 3 } }),
      shop.client.buy(product.id, { token, key: 'k', body: { quantity: 2, price: 1999 } }),
      shop.client.buy(other.id, { token, key: 'k', body: { quantity: 2 } }),
    ]);

    expectNobodyTurnedAway([first, ...answers]);
    for (const { status, error } of answers) expect([status, error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await auditClean(shop, connection, product.id, { created: [first] })).toHaveLength(2);
    expect(await auditClean(shop, connection, other.id)).toHaveLength(1);
  });

  it('when two bodies come under one key at once, then one is carried out and the other refused', async () => {
    const product = await shop.stocked(10);
    const { token } = person();

    const answers = await Promise.all(
      [1, 2].map((quantity) => shop.client.buy(product.id, { token, key: 'k', body: { quantity } })),
    );

    expectNobodyTurnedAway(answers);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
    await auditClean(shop, connection, product.id, { created: answers.filter(({ status }) => status === 201) });
  });

  it('when customers use the same key, then each has a purchase of their own', async () => {
    const product = await shop.stocked(10);

    const answers = await Promise.all(
      customers(10).map(({ token }) => shop.client.buy(product.id, { token, key: 'mine' })),
    );

    expectNobodyTurnedAway(answers);
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(10);
    await auditClean(shop, connection, product.id, { created: answers });
  });

  it('when the first try was refused, then a repeat is worked out afresh', async () => {
    const product = await shop.stocked(0);
    const { token } = person();
    const refused = await shop.client.buy(product.id, { token, key: 'patient' });
    const delivery = { token: shop.manager.token, body: { delta: 1, reason: 'delivery' } };
    await patiently(() => shop.client.change(product.id, delivery));

    const repeat = await shop.client.buy(product.id, { token, key: 'patient' });

    expectNobodyTurnedAway([refused, repeat]);
    expect([refused.status, repeat.status, isReplay(repeat)]).toEqual([409, 201, false]);
    await auditClean(shop, connection, product.id, { created: [repeat] });
  });

  it('when restocks and batches are repeated, then stock moves once and other bodies are refused', async () => {
    const product = await shop.stocked(10);
    const { token } = shop.manager;
    const restock = (delta: number) =>
      shop.client.change(product.id, { token, key: 'restock', body: { delta, reason: 'delivery' } });
    const batch = (delta: number) =>
      shop.client.batch({
        token,
        key: 'batch',
        body: { changes: [{ productId: product.id, delta, reason: 'moved' }] },
      });

    const restocks = await Promise.all([restock(5), restock(5), restock(5)]);
    const batches = await Promise.all([batch(7), batch(7)]);

    expectNobodyTurnedAway([...restocks, ...batches]);
    for (const same of [restocks, batches]) {
      expect(new Set(same.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(same.filter((answer) => !isReplay(answer))).toHaveLength(1);
    }
    expect((await patiently(() => restock(6))).status).toBe(422);
    expect((await patiently(() => batch(6))).status).toBe(422);
    expect((await shop.client.product(product.id)).data.stock).toBe(22);
    expect(await auditClean(shop, connection, product.id)).toHaveLength(3);
  });

  it('when the service was restarted in between, then a repeat still gets the first answer', async () => {
    const product = await shop.stocked(1);
    const buyer = person();
    const first = await shop.client.buy(product.id, { token: buyer.token, key: 'before-the-restart' });
    await shop.close();
    shop = await startShop(database.uri);

    const repeat = await shop.client.buy(product.id, { token: buyer.token, key: 'before-the-restart' });

    expectNobodyTurnedAway([first, repeat]);
    expect([repeat.status, repeat.text, isReplay(repeat)]).toEqual([201, first.text, true]);
    expect(await ledgerOf(connection, product.id)).toHaveLength(2);
    await auditClean(shop, connection, product.id, { created: [first, repeat] });
  });
});
