import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import type { Answer, Purchase } from '../helpers/api-client.js';
import { auditClean } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { customers, startShop, type LocalShop } from '../helpers/shop.js';

const rounds = process.env['LONG'] === '1' ? 200 : 20;

describeMongo('purchases, edits, restocks and batches at once', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  it(
    'when all of them meet on two products, then nothing is lost, oversold or shown below zero',
    async () => {
      const [first, second] = await Promise.all([shop.stocked(100), shop.stocked(100)]);
      const { client, manager } = shop;
      const { token } = manager;
      const created = new Map<string, Answer<Purchase>[]>([first, second].map(({ id }) => [id, []]));
      let working = true;

      const buying = customers(20).map(async (buyer, index) => {
        const { id } = index % 2 === 0 ? first : second;
        for (let round = 0; round < rounds; round++) {
          const call = { token: buyer.token, key: newId(), body: { quantity: 1 + (round % 2) } };
          const answer = await patiently(() => client.buy(id, call));
          if (answer.status === 201) created.get(id)?.push(answer);
          else expect([answer.status, answer.error.code]).toEqual([409, 'INSUFFICIENT_STOCK']);
        }
      });
      const repricing = async () => {
        for (let price = 2000; price < 2000 + rounds; price++) {
          const shown = await client.product(first.id);
          const headers = { 'if-match': String(shown.headers.etag) };
          const edited = await patiently(() => client.patch(first.id, { token, body: { price }, headers }));
          // Sales move the other half of the tag, so they never stand in the way of an edit.
          expect([edited.status, edited.data.price]).toEqual([200, price]);
        }
      };
      let units = 200;
      const restocking = async () => {
        for (let round = 0; round < rounds; round++) {
          const call = { token, key: newId(), body: { delta: 2, reason: 'delivery' } };
          const answer = await patiently(() => client.change(second.id, call));
          expect(answer.status).toBe(200);
          units += 2;
        }
      };
      const moving = async () => {
        for (let round = 0; round < rounds; round++) {
          const changes = [
            { productId: first.id, delta: -1, reason: 'moved' },
            { productId: second.id, delta: 1, reason: 'moved' },
          ];
          const call = { token, key: newId(), body: { changes } };
          const answer = await patiently(() => client.batch(call));
          if (answer.status !== 200) expect(answer.error.code).toBe('INSUFFICIENT_STOCK');
        }
      };
      const watching = async () => {
        let seq = 0;
        let looks = 0;
        for (; working; looks++) {
          const { data } = await patiently(() => client.product(second.id));
          expect(data.stock).toBeGreaterThanOrEqual(0);
          expect(data.seq).toBeGreaterThanOrEqual(seq);
          seq = data.seq;
        }
        return looks;
      };

      const watch = watching();
      await Promise.all([...buying, repricing(), restocking(), moving()]);
      working = false;
      expect(await watch).toBeGreaterThan(0);

      let counted = 0;
      for (const { id } of [first, second]) {
        await auditClean(shop, connection, id, { created: created.get(id) ?? [] });
        const { data } = await client.product(id);
        counted += data.stock + data.sold;
        expect(data.sold).toBe((created.get(id) ?? []).reduce((sum, answer) => sum + answer.data.quantity, 0));
      }
      expect(counted).toBe(units);
      const prices = new Set((created.get(first.id) ?? []).map((answer) => answer.data.unitPrice));
      expect([...prices].filter((price) => price !== 1999 && (price < 2000 || price >= 2000 + rounds))).toEqual([]);
    },
    240_000 + rounds * 2_000,
  );

  it('when the price changes under buyers who name theirs, then each pays what they named or is told the new one', async () => {
    const product = await shop.stocked(1000, { price: 100 });
    const { client, manager } = shop;

    const buying = customers(200).map(({ token }) => client.buy(product.id, { token, body: { price: 100 } }));
    const patching = client.patch(product.id, { token: manager.token, body: { price: 150 } });
    const answers = await Promise.all(buying);
    const patched = await patching;
    expectNobodyTurnedAway([...answers, patched]);
    expect(patched.status).toBe(200);

    const served = answers.filter(({ status }) => status === 201);
    expect(served.filter(({ data }) => data.unitPrice !== 100)).toEqual([]);
    for (const { error } of answers.filter(({ status }) => status !== 201)) {
      expect(error).toMatchObject({ code: 'PRICE_CHANGED', details: { price: 150 } });
    }
    const last = await patiently(() => client.buy(product.id, { token: manager.token, body: { price: 100 } }));
    expect([last.status, last.error.code]).toEqual([409, 'PRICE_CHANGED']);
    await auditClean(shop, connection, product.id, { created: served });
  });

  it('when two edits name the same version, then one is made and the other told of it, whatever is sold meanwhile', async () => {
    const product = await shop.stocked(100);
    const { client, manager } = shop;
    const tag = String((await client.product(product.id)).headers.etag);
    const buying = customers(50).map(({ token }) => client.buy(product.id, { token }));
    const edits = ['Red lamp', 'Blue lamp'].map((name) =>
      client.patch(product.id, { token: manager.token, body: { name }, headers: { 'if-match': tag } }),
    );

    const answers = await Promise.all(edits);
    const bought = await Promise.all(buying);
    expectNobodyTurnedAway([...answers, ...bought]);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const refused = answers.find(({ status }) => status === 412);
    expect(refused?.error).toMatchObject({ code: 'VERSION_MISMATCH', details: { currentVersion: 2 } });
    await auditClean(shop, connection, product.id, { created: bought });
  });
});
