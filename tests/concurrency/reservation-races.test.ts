import type { Connection } from 'mongoose';
import { createHoldQueries } from '../../src/models/hold-queries.js';
import { createHoldModel } from '../../src/models/hold.model.js';
import { newId } from '../../src/utils/uuid.js';
import type { Answer, Purchase, Reservation } from '../helpers/api-client.js';
import { auditClean } from '../helpers/audit-clean.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway, patiently } from '../helpers/patiently.js';
import { randomFrom } from '../helpers/random.js';
import { seed } from '../helpers/seed.js';
import { customers, person, startShop, type LocalShop, type Person } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const rounds = process.env['LONG'] === '1' ? 200 : 15;

const ok = <T>(answers: readonly Answer<T>[], status = 201) => answers.filter((answer) => answer.status === status);
const codes = (answers: readonly Answer[]) => [
  ...new Set(answers.filter(({ status }) => status >= 400).map(({ status, error }) => `${status} ${error.code}`)),
];

/** Two services in one process, each with its own engine: between them there is the database alone. */
describeMongo(`races for reserved units (seed ${seed})`, () => {
  const database = freshDatabase();
  let connection: Connection;
  let shops: [LocalShop, LocalShop];
  beforeAll(async () => {
    connection = await database.connect();
    const first = await startShop(database.uri);
    shops = [first, await startShop(database.uri)];
  });
  afterAll(() => Promise.all(shops.map((shop) => shop.close())));

  const clientOf = (index: number) => shops[index % 2 === 0 ? 0 : 1].client;
  const owner = person();
  const { token } = owner;
  const holdsOf = async (productId: string, count: number, ttlSeconds = 600): Promise<Reservation[]> => {
    const body = { quantity: 1, ttlSeconds };
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => clientOf(index).reserve(productId, { token, body })),
    );
    expectNobodyTurnedAway(answers);
    expect(ok(answers)).toHaveLength(count);
    return answers.map(({ data }) => data);
  };
  const audit = (productId: string, created: readonly Answer<Purchase>[] = []) =>
    auditClean(shops[0], connection, productId, { created });
  const numbersOf = async (productId: string) => {
    const { status, data } = await patiently(() => shops[0].client.audit(productId, { token: shops[0].manager.token }));
    expect([status, data.consistent]).toEqual([200, true]);
    return { stock: data.stock, reserved: data.reserved, sold: data.sold };
  };

  it('when 100 want the last unit, half to hold and half to buy it, then one gets it', async () => {
    const product = await shops[0].stocked(1);

    const answers = await Promise.all(
      customers(100).map((who, index): Promise<Answer> =>
        index % 4 < 2
          ? clientOf(index).buy(product.id, { token: who.token })
          : clientOf(index).reserve(product.id, { token: who.token, body: { quantity: 1 } }),
      ),
    );

    expectNobodyTurnedAway(answers);
    expect(ok(answers)).toHaveLength(1);
    expect(codes(answers)).toEqual(['409 INSUFFICIENT_STOCK']);
    const { stock, reserved, sold } = await numbersOf(product.id);
    expect([stock, reserved + sold]).toEqual([0, 1]);
    const [got] = ok(answers);
    const bought = reserved === 0 && got ? [got as Answer<Purchase>] : [];
    await audit(product.id, bought);
  });

  it('when a hold is confirmed 20 times at once, then it is one purchase, and everybody is told of that one', async () => {
    const product = await shops[0].stocked(5);
    const [hold] = await holdsOf(product.id, 1);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        clientOf(index).confirm(hold?.id ?? '', {
          token,
          key: index < 10 ? `confirm-${product.id}-${index}` : undefined,
        }),
      ),
    );

    expectNobodyTurnedAway(answers);
    expect(ok(answers)).toHaveLength(20);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(await numbersOf(product.id)).toEqual({ stock: 4, reserved: 0, sold: 1 });
    await audit(product.id, answers.slice(0, 1));
  });

  it('when a hold is released 20 times at once, then its unit goes back once', async () => {
    const product = await shops[0].stocked(5);
    const [hold] = await holdsOf(product.id, 1);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => clientOf(index).release(hold?.id ?? '', { token })),
    );

    expectNobodyTurnedAway(answers);
    expect(ok(answers, 204)).toHaveLength(20);
    expect(await numbersOf(product.id)).toEqual({ stock: 5, reserved: 0, sold: 0 });
    expect(await audit(product.id)).toHaveLength(3);
  });

  it('when holds are confirmed and released at once, then each ends one way, and both callers know which', async () => {
    const product = await shops[0].stocked(rounds);
    const holds = await holdsOf(product.id, rounds);
    const random = randomFrom(seed);

    const ends = await Promise.all(
      holds.map(async ({ id }) => {
        const at = random() < 0.5 ? 0 : 1;
        const [confirmed, released] = await Promise.all([
          clientOf(at).confirm(id, { token }),
          clientOf(at + 1).release(id, { token }),
        ]);
        const seen = await patiently(() => clientOf(0).reservation(id, { token }));
        return { confirmed, released, end: seen.data.status };
      }),
    );
    expectNobodyTurnedAway(ends.flatMap(({ confirmed, released }) => [confirmed, released]));

    for (const { confirmed, released, end } of ends) {
      expect([confirmed.status, released.status]).toEqual(end === 'confirmed' ? [201, 409] : [409, 204]);
    }
    const sold = ends.filter(({ end }) => end === 'confirmed');
    expect(await numbersOf(product.id)).toEqual({ stock: rounds - sold.length, reserved: 0, sold: sold.length });
    await audit(
      product.id,
      sold.map(({ confirmed }) => confirmed),
    );
  });

  it('when holds are confirmed just as their time ends, then each is sold or back in stock, never both', async () => {
    const product = await shops[0].stocked(rounds);
    const holds = await holdsOf(product.id, rounds, 1);

    const answers = await Promise.all(
      holds.map(async ({ id, expiresAt }, index) => {
        const fromMs = Date.parse(expiresAt) - 30 + ((index * 7) % 60);
        await waitFor(() => Date.now() >= fromMs, { intervalMs: 1, what: 'the end of the time' });
        return clientOf(index).confirm(id, { token });
      }),
    );

    expectNobodyTurnedAway(answers);
    expect(codes(answers).filter((code) => code !== '409 RESERVATION_EXPIRED')).toEqual([]);
    const sold = ok(answers);
    await waitFor(async () => (await numbersOf(product.id)).reserved === 0, { what: 'the end of all holds' });
    expect(await numbersOf(product.id)).toEqual({ stock: rounds - sold.length, reserved: 0, sold: sold.length });
    for (const [index, { id }] of holds.entries()) {
      const { data } = await patiently(() => clientOf(0).reservation(id, { token }));
      expect(data.status).toBe(answers[index]?.status === 201 ? 'confirmed' : 'expired');
    }
    await audit(product.id, sold);
  });

  it('when a hold is extended while it ends, then it lives on or is over, and the answer says which', async () => {
    const product = await shops[0].stocked(rounds);
    const holds = await holdsOf(product.id, rounds, 1);

    const answers = await Promise.all(
      holds.map(async ({ id, expiresAt }, index) => {
        const fromMs = Date.parse(expiresAt) - 20 + ((index * 7) % 40);
        await waitFor(() => Date.now() >= fromMs, { intervalMs: 1, what: 'the end of the time' });
        const [extended] = await Promise.all([
          clientOf(index).extend(id, { token, body: { ttlSeconds: 600 } }),
          clientOf(index + 1).buy(product.id, { token, body: { quantity: rounds } }),
        ]);
        return extended;
      }),
    );

    expectNobodyTurnedAway(answers);
    expect(codes(answers).filter((code) => code !== '409 RESERVATION_EXPIRED')).toEqual([]);
    const living = ok(answers, 200).length;
    await waitFor(async () => (await numbersOf(product.id)).reserved === living, { what: 'the end of the others' });
    const { stock, sold } = await numbersOf(product.id);
    expect(stock + sold).toBe(rounds - living);
  });

  it('when customers hold, buy, confirm and release under a limit, then nobody ever has more than it', async () => {
    const limit = 3;
    const product = await shops[0].stocked(1000, { perCustomerLimit: limit });
    const people = customers(6);
    const random = randomFrom(seed + 1);
    const bought = new Map<Person, Answer<Purchase>[]>(people.map((each) => [each, []]));
    const unexpected: string[] = [];

    const act = async (who: Person, client: LocalShop['client']): Promise<void> => {
      const call = { token: who.token };
      const keyed = { ...call, key: newId() };
      const keep = (answer: Answer<Purchase>) => {
        if (answer.status === 201) bought.get(who)?.push(answer);
        else if (answer.error.code !== 'LIMIT_REACHED') unexpected.push(answer.text);
      };
      if (random() < 0.2) {
        keep(await patiently(() => client.buy(product.id, keyed)));
        return;
      }
      const body = { quantity: 1 + Math.floor(random() * 2) };
      const held = await patiently(() => client.reserve(product.id, { ...keyed, body }));
      if (held.status !== 201) unexpected.push(...codes([held]).filter((code) => code !== '409 LIMIT_REACHED'));
      else if (random() < 0.2) keep(await patiently(() => client.confirm(held.data.id, call)));
      else await patiently(() => client.release(held.data.id, call));
    };
    await Promise.all(
      people.flatMap((who) =>
        [0, 1, 2, 3].map(async (index) => {
          for (let round = 0; round < rounds; round++) await act(who, clientOf(index));
        }),
      ),
    );

    expect(unexpected).toEqual([]);
    const lines = await audit(product.id, [...bought.values()].flat());
    for (const { id } of people) {
      let units = 0;
      for (const line of lines.filter(({ buyerId }) => buyerId === id)) {
        units += line.soldDelta + line.reservedDelta;
        expect(units).toBeLessThanOrEqual(limit);
      }
    }
    // What a customer has is what the counter says: whoever is below the limit can still come up to it, and no further.
    const [someone] = people;
    const has = (someone && bought.get(someone)?.reduce((sum, { data }) => sum + data.quantity, 0)) ?? 0;
    const call = { token: someone?.token ?? '' };
    const tooMany = { ...call, body: { quantity: limit - has + 1 } };
    const over = await patiently(() => clientOf(0).buy(product.id, tooMany));
    expect([over.status, over.error.details]).toEqual([409, { limit, bought: has, requested: limit - has + 1 }]);
  });

  it('when more holds expire at once than one batch takes back, then who needs all the units gets them', async () => {
    const count = 1_200;
    const product = await shops[0].stocked(count);
    const expiresAt = new Date(Date.now() + 86_400_000);
    const holds: Reservation[] = [];
    // Not all at once: two processes that want one product in turns keep the last of a long queue waiting for too long.
    while (holds.length < count) holds.push(...(await holdsOf(product.id, 200, 86_400)));
    // Their time is over in one moment, without the sweeps having had a chance: the purchase is on its way then.
    const model = createHoldModel(connection);
    const buying = clientOf(0);
    await model.collection.updateMany({ productId: product.id }, { $set: { expiresAt: new Date(Date.now() - 1) } });
    const key = newId();
    const answer = await patiently(() => buying.buy(product.id, { token, key, body: { quantity: count } }));

    expect(answer.status).toBe(201);
    expect(holds).toHaveLength(count);
    expect(await createHoldQueries({ holds: model }).expired(expiresAt, count)).not.toContain(product.id);
    expect(await numbersOf(product.id)).toEqual({ stock: 0, reserved: 0, sold: count });
    await audit(product.id, [answer]);
  }, 400_000);
});
