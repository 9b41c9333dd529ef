import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import { badQuantities, faultyFields, refusal } from '../helpers/answers.js';
import type { Answer, Reservation } from '../helpers/api-client.js';
import { auditClean } from '../helpers/audit-clean.js';
import { expectInTime } from '../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const hourMs = 3_600_000;

describeMongo('reservations', () => {
  const database = freshDatabase();
  let connection: Connection;
  let shop: LocalShop;
  beforeAll(async () => {
    connection = await database.connect();
    shop = await startShop(database.uri);
  });
  afterAll(() => shop.close());

  const owner = person();
  const { token } = owner;
  const stranger = person();

  const reserve = (productId: string, body: object = { quantity: 2 }, key?: string) =>
    shop.client.reserve(productId, { token, body, key });
  /** A live hold of two units, with its product of ten. */
  const held = async (body: object = { quantity: 2 }) => {
    const product = await shop.stocked(10, { price: 250, currency: 'EUR' });
    const answer = await reserve(product.id, body);
    expect(answer.status).toBe(201);
    return { product, hold: answer.data };
  };
  /** What has to happen while a short hold lasts: on a machine that is busy with other things it may take longer than that, and is tried on a longer one. */
  const whileHeld = async <T extends { hold: Reservation; isHeld: boolean }>(
    ttlSeconds: number,
    act: (ttlSeconds: number) => Promise<T>,
  ): Promise<T> => {
    const done = await act(ttlSeconds);
    if (done.isHeld) return done;
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(done.hold.expiresAt));
    expect(ttlSeconds).toBeLessThan(60);
    return whileHeld(4 * ttlSeconds, act);
  };
  const numbersOf = async (productId: string) => {
    const { stock, reserved, sold } = (await shop.client.product(productId)).data;
    return { stock, reserved, sold };
  };
  const typesOf = async (productId: string) => {
    const { data } = await shop.client.movements(productId, { token: shop.manager.token });
    return data.map(({ type }) => type).reverse();
  };
  const isOver = async ({ id, expiresAt }: Reservation): Promise<void> => {
    await waitFor(() => Date.now() >= Date.parse(expiresAt), { what: `the end of ${id}` });
  };

  describe('POST /products/:id/reservations', () => {
    it('when there is stock, then it answers the hold and where to find it, and the units are reserved', async () => {
      const product = await shop.stocked(10);
      const beforeMs = Date.now();

      const answer = await reserve(product.id, { quantity: 3 });

      expect(answer.status).toBe(201);
      const { id, expiresAt, ...rest } = answer.data;
      expect(rest).toEqual({ productId: product.id, quantity: 3, status: 'held' });
      expect(Date.parse(expiresAt) - beforeMs).toBeGreaterThanOrEqual(600_000);
      expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(600_000);
      expect(answer.headers.location).toBe(`/api/v1/reservations/${id}`);
      const shown = await shop.client.reservation(id, { token });
      expect([shown.status, shown.data]).toEqual([200, answer.data]);
      expect(await numbersOf(product.id)).toEqual({ stock: 7, reserved: 3, sold: 0 });
      const lines = await auditClean(shop, connection, product.id);
      expect(lines.at(-1)).toMatchObject({ _id: id, type: 'reserve', delta: -3, reservedDelta: 3, reference: id });
    });

    it('when a time is named, then it ends at that time', async () => {
      const beforeMs = Date.now();

      const { hold } = await held({ quantity: 1, ttlSeconds: 86_400 });

      const lastsMs = Date.parse(hold.expiresAt) - beforeMs;
      expect(lastsMs).toBeGreaterThanOrEqual(86_400_000);
      expect(Date.parse(hold.expiresAt)).toBeLessThanOrEqual(Date.now() + 86_400_000);
    });

    it.each(badQuantities)('when the quantity is %s, then it is refused by name', async (_what, json) => {
      const product = await shop.stocked(1);
      const rawBody = `{"quantity":${json}}`;

      const answer = await shop.client.reserve(product.id, { token, rawBody });

      expect([...refusal(answer), faultyFields(answer)[0]]).toEqual([400, 'VALIDATION_FAILED', 'quantity']);
    });

    it.each([
      ['no quantity', {}, ['quantity']],
      ['no time at all', { quantity: 1, ttlSeconds: 0 }, ['ttlSeconds']],
      ['more than a day', { quantity: 1, ttlSeconds: 86_401 }, ['ttlSeconds']],
      ['half a second', { quantity: 1, ttlSeconds: 0.5 }, ['ttlSeconds']],
      [
        'a field that nobody knows, and two faults',
        { quantity: 0, ttlSeconds: -1, until: 'monday' },
        ['', 'quantity', 'ttlSeconds'],
      ],
    ])('when it comes with %s, then every fault is named and nothing is reserved', async (_what, body, fields) => {
      const product = await shop.stocked(5);

      const answer = await reserve(product.id, body);

      expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
      expect(
        faultyFields(answer)
          .map((field) => (field === 'until' ? '' : field))
          .sort(),
      ).toEqual(fields);
      expect(await auditClean(shop, connection, product.id)).toHaveLength(1);
    });

    it('when nobody is signed in, then 401', async () => {
      const product = await shop.stocked(5);
      expect(refusal(await shop.client.reserve(product.id, { body: { quantity: 1 } }))).toEqual([
        401,
        'UNAUTHENTICATED',
      ]);
    });

    it('when there is no such product, then 404', async () => {
      expect(refusal(await reserve(newId()))).toEqual([404, 'NOT_FOUND']);
    });

    it('when fewer units are left, then 409 says how many', async () => {
      const product = await shop.stocked(1);

      const answer = await reserve(product.id);

      expect(refusal(answer)).toEqual([409, 'INSUFFICIENT_STOCK']);
      expect(answer.error.details).toEqual({ requested: 2, available: 1 });
    });

    it('when the sale is not open yet, then 409 SALE_NOT_OPEN', async () => {
      const saleStartsAt = new Date(Date.now() + hourMs);
      const product = await shop.stocked(10, { saleStartsAt });
      expect(refusal(await reserve(product.id))).toEqual([409, 'SALE_NOT_OPEN']);
    });

    it('when it comes again under its key, then the first answer comes again and nothing more is reserved', async () => {
      const product = await shop.stocked(10);
      const key = newId();

      const first = await reserve(product.id, { quantity: 2 }, key);
      const again = await reserve(product.id, { quantity: 2 }, key);
      const other = await reserve(product.id, { quantity: 3 }, key);

      expect([again.status, again.text]).toEqual([201, first.text]);
      expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true']);
      expect(again.headers.location).toBe(first.headers.location);
      expect(refusal(other)).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
      expect(await numbersOf(product.id)).toEqual({ stock: 8, reserved: 2, sold: 0 });
    });
  });

  describe('whose a reservation is', () => {
    it('when a stranger asks for it, confirms, extends or releases it, then for them there is none', async () => {
      const { product, hold } = await held();
      const call = { token: stranger.token };

      const answers = await Promise.all([
        shop.client.reservation(hold.id, call),
        shop.client.confirm(hold.id, call),
        shop.client.extend(hold.id, { ...call, body: { ttlSeconds: 5 } }),
        shop.client.release(hold.id, call),
      ]);

      expect(answers.map(refusal)).toEqual(answers.map(() => [404, 'NOT_FOUND']));
      expect(await numbersOf(product.id)).toEqual({ stock: 8, reserved: 2, sold: 0 });
    });

    it('when nobody is signed in, then each of them answers 401; of an id that is none 400, of nothing 404', async () => {
      const { hold } = await held();
      const calls = (id: string, who: { token?: string }) =>
        Promise.all([
          shop.client.reservation(id, who),
          shop.client.confirm(id, who),
          shop.client.extend(id, { ...who, body: { ttlSeconds: 5 } }),
          shop.client.release(id, who),
        ]);
      expect((await calls(hold.id, {})).map(refusal)).toEqual(Array(4).fill([401, 'UNAUTHENTICATED']));
      expect((await calls('nonsense', { token })).map(refusal)).toEqual(Array(4).fill([400, 'INVALID_ID']));
      expect((await calls(newId(), { token })).map(refusal)).toEqual(Array(4).fill([404, 'NOT_FOUND']));
    });

    it.each(['manager', 'admin'] as const)('when a %s confirms it, then the purchase is the owner’s', async (role) => {
      const { product, hold } = await held();

      const answer = await shop.client.confirm(hold.id, { token: person(role).token });

      expect(answer.status).toBe(201);
      const shown = await shop.client.send('GET', String(answer.headers.location), { token });
      expect(shown.data).toEqual(answer.data);
      await auditClean(shop, connection, product.id, { created: [answer] });
    });
  });

  describe('POST /reservations/:id/confirm', () => {
    it('when it is held, then it is a purchase at the price of the hold, whatever the price is by now', async () => {
      const { product, hold } = await held();
      const edit = { token: shop.manager.token, body: { price: 999 } };
      expect((await shop.client.patch(product.id, edit)).status).toBe(200);

      const answer = await shop.client.confirm(hold.id, { token });

      expect(answer.status).toBe(201);
      expect(answer.data).toMatchObject({
        productId: product.id,
        quantity: 2,
        unitPrice: 250,
        total: 500,
        currency: 'EUR',
      });
      expect(answer.data.stockAfter).toBe(8);
      expect(answer.headers.location).toBe(`/api/v1/purchases/${answer.data.id}`);
      expect((await shop.client.reservation(hold.id, { token })).data).toEqual({ ...hold, status: 'confirmed' });
      expect(await numbersOf(product.id)).toEqual({ stock: 8, reserved: 0, sold: 2 });
      expect(await typesOf(product.id)).toEqual(['initial', 'reserve', 'sale']);
      await auditClean(shop, connection, product.id, { created: [answer] });
    });

    it('when it comes again, with the key, another or none, then the same purchase is the answer', async () => {
      const { product, hold } = await held();
      const key = newId();
      const first = await shop.client.confirm(hold.id, { token, key });

      const again = await Promise.all([
        shop.client.confirm(hold.id, { token, key }),
        shop.client.confirm(hold.id, { token, key: newId() }),
        shop.client.confirm(hold.id, { token }),
      ]);

      expect(again.map(({ status, text }) => [status, text])).toEqual(again.map(() => [201, first.text]));
      expect(again.map(({ headers }) => headers['idempotent-replayed'])).toEqual(['true', 'true', 'true']);
      await auditClean(shop, connection, product.id, { created: [first] });
    });

    it('when its key has been used for something else, then 422 and it stays held', async () => {
      const { product, hold } = await held();
      const key = newId();
      const other = await reserve(product.id, { quantity: 1 }, key);
      expect(other.status).toBe(201);

      expect(refusal(await shop.client.confirm(hold.id, { token, key }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);

      expect(await numbersOf(product.id)).toEqual({ stock: 7, reserved: 3, sold: 0 });
    });

    it('when it was released, then 409 says so', async () => {
      const { hold } = await held();
      expect((await shop.client.release(hold.id, { token })).status).toBe(204);

      const answer = await shop.client.confirm(hold.id, { token });

      expect(refusal(answer)).toEqual([409, 'RESERVATION_EXPIRED']);
      expect(answer.error.details).toEqual({ status: 'released' });
    });

    it('when a body comes with it, then it is refused', async () => {
      const { hold } = await held();
      expect(refusal(await shop.client.confirm(hold.id, { token, body: { quantity: 1 } }))).toEqual([
        400,
        'VALIDATION_FAILED',
      ]);
    });
  });

  describe('PATCH /reservations/:id', () => {
    it('when it is held, then its time begins anew, longer or shorter', async () => {
      const { hold } = await held();

      for (const ttlSeconds of [3_600, 60]) {
        const beforeMs = Date.now();
        const answer = await shop.client.extend(hold.id, { token, body: { ttlSeconds } });
        expect(answer.status).toBe(200);
        const lastsMs = Date.parse(answer.data.expiresAt) - beforeMs;
        expect(lastsMs).toBeGreaterThanOrEqual(ttlSeconds * 1000);
        expect(Date.parse(answer.data.expiresAt)).toBeLessThanOrEqual(Date.now() + ttlSeconds * 1000);
        expect((await shop.client.reservation(hold.id, { token })).data).toEqual(answer.data);
      }
    });

    it('when it is extended before its end, then it can be confirmed after that end', async () => {
      const { product, hold } = await whileHeld(1, async (ttlSeconds) => {
        const made = await held({ quantity: 2, ttlSeconds });
        const extended = await shop.client.extend(made.hold.id, { token, body: { ttlSeconds: 3_600 } });
        return { ...made, isHeld: extended.status === 200 };
      });
      await isOver(hold);

      const answer = await shop.client.confirm(hold.id, { token });

      expect(answer.status).toBe(201);
      await auditClean(shop, connection, product.id, { created: [answer] });
    });

    it.each([
      ['confirmed', (id: string) => shop.client.confirm(id, { token })],
      ['released', (id: string) => shop.client.release(id, { token })],
    ])('when it is %s, then 409 says so', async (status, end: (id: string) => Promise<Answer>) => {
      const { hold } = await held();
      await end(hold.id);

      const answer = await shop.client.extend(hold.id, { token, body: { ttlSeconds: 60 } });

      expect([...refusal(answer), answer.error.details]).toEqual([409, 'RESERVATION_EXPIRED', { status }]);
    });

    it.each([
      ['nothing', {}],
      ['no time', { ttlSeconds: 0 }],
      ['too long', { ttlSeconds: 86_401 }],
    ])('when it is asked for %s, then 400', async (_what, body) => {
      const { hold } = await held();
      const answer = await shop.client.extend(hold.id, { token, body });
      expect([...refusal(answer), faultyFields(answer)]).toEqual([400, 'VALIDATION_FAILED', ['ttlSeconds']]);
    });
  });

  describe('DELETE /reservations/:id', () => {
    it('when it is held, then its units are on sale again, and once more changes nothing', async () => {
      const { product, hold } = await held();

      const answers = [await shop.client.release(hold.id, { token }), await shop.client.release(hold.id, { token })];

      expect(answers.map(({ status, text }) => [status, text])).toEqual([
        [204, ''],
        [204, ''],
      ]);
      expect(await numbersOf(product.id)).toEqual({ stock: 10, reserved: 0, sold: 0 });
      expect((await shop.client.reservation(hold.id, { token })).data.status).toBe('released');
      const lines = await auditClean(shop, connection, product.id);
      expect(lines.at(-1)).toMatchObject({ type: 'release', delta: 2, reservedDelta: -2, reason: 'released' });
    });

    it('when it is a purchase by now, then 409 and the purchase stands', async () => {
      const { product, hold } = await held();
      const bought = await shop.client.confirm(hold.id, { token });

      const answer = await shop.client.release(hold.id, { token });

      expect([...refusal(answer), answer.error.details]).toEqual([409, 'RESERVATION_EXPIRED', { status: 'confirmed' }]);
      await auditClean(shop, connection, product.id, { created: [bought] });
    });
  });

  describe('the end of its time', () => {
    it('when nobody comes, then its units are on sale again within a second, and it is expired for good', async () => {
      const { product, hold } = await held({ quantity: 2, ttlSeconds: 1 });

      await waitFor(async () => (await numbersOf(product.id)).reserved === 0, { what: 'the end of the hold' });

      const afterMs = Date.now() - Date.parse(hold.expiresAt);
      expect(afterMs).toBeGreaterThanOrEqual(0);
      expect(await numbersOf(product.id)).toEqual({ stock: 10, reserved: 0, sold: 0 });
      const late = [
        await shop.client.confirm(hold.id, { token }),
        await shop.client.extend(hold.id, { token, body: { ttlSeconds: 60 } }),
      ];
      expect(late.map(refusal)).toEqual(late.map(() => [409, 'RESERVATION_EXPIRED']));
      expect(late.map(({ error }) => error.details)).toEqual(late.map(() => ({ status: 'expired' })));
      expect((await shop.client.release(hold.id, { token })).status).toBe(204);
      expect((await shop.client.reservation(hold.id, { token })).data).toEqual({ ...hold, status: 'expired' });
      const lines = await auditClean(shop, connection, product.id);
      expect(lines.at(-1)).toMatchObject({ type: 'release', reason: 'expired', reference: hold.id });
      expectInTime(afterMs, 'from the end of the hold to its units on sale').toBeLessThan(1_000);
    });

    it('when it is confirmed right after its end, then 409, and the units are sold to the next one at once', async () => {
      const product = await shop.stocked(1);
      const { data: hold } = await reserve(product.id, { quantity: 1, ttlSeconds: 1 });
      await isOver(hold);

      const late = await shop.client.confirm(hold.id, { token });
      const next = await shop.client.buy(product.id, { token: stranger.token });

      expect([...refusal(late), late.error.details]).toEqual([409, 'RESERVATION_EXPIRED', { status: 'expired' }]);
      expect(next.status).toBe(201);
      await auditClean(shop, connection, product.id, { created: [next] });
    });
  });

  describe('a limit per customer', () => {
    it('when units are held, then they count, and a release or the end of the time gives them back', async () => {
      const product = await shop.stocked(10, { perCustomerLimit: 3 });
      const first = await reserve(product.id, { quantity: 2 });
      const second = await reserve(product.id, { quantity: 2 });
      expect([...refusal(second), second.error.details]).toEqual([
        409,
        'LIMIT_REACHED',
        { limit: 3, bought: 2, requested: 2 },
      ]);
      const bought = await shop.client.buy(product.id, { token });
      expect(bought.status).toBe(201);
      expect(refusal(await shop.client.buy(product.id, { token }))).toEqual([409, 'LIMIT_REACHED']);

      await shop.client.release(first.data.id, { token });
      const { hold: short } = await whileHeld(1, async (ttlSeconds) => {
        const made = await reserve(product.id, { quantity: 2, ttlSeconds });
        expect(made.status).toBe(201);
        const more = await reserve(product.id, { quantity: 1 });
        if (more.status === 201) await shop.client.release(more.data.id, { token });
        else expect(refusal(more)).toEqual([409, 'LIMIT_REACHED']);
        return { hold: made.data, isHeld: more.status !== 201 };
      });
      await isOver(short);
      const third = await reserve(product.id, { quantity: 2 });
      expect(third.status).toBe(201);
      const confirmed = await shop.client.confirm(third.data.id, { token });

      expect(confirmed.status).toBe(201);
      expect(refusal(await shop.client.buy(product.id, { token }))).toEqual([409, 'LIMIT_REACHED']);
      await auditClean(shop, connection, product.id, { created: [bought, confirmed] });
    });

    it('when the limit is younger than the hold, then the hold counts all the same', async () => {
      const product = await shop.stocked(10);
      const { data: hold } = await reserve(product.id, { quantity: 2 });
      await shop.client.patch(product.id, { token: shop.manager.token, body: { perCustomerLimit: 3 } });

      expect(refusal(await reserve(product.id, { quantity: 2 }))).toEqual([409, 'LIMIT_REACHED']);

      await shop.client.release(hold.id, { token });
      expect((await reserve(product.id, { quantity: 3 })).status).toBe(201);
      expect(refusal(await reserve(product.id, { quantity: 1 }))).toEqual([409, 'LIMIT_REACHED']);
      await auditClean(shop, connection, product.id);
    });
  });

  it('when a product has a live hold, then it cannot be taken off the catalogue; after the release it can', async () => {
    const { product, hold } = await held();
    const admin = { token: person('admin').token };
    const remove = () => shop.client.api('DELETE', `/products/${product.id}`, admin);
    expect(refusal(await remove())).toEqual([409, 'PRODUCT_IN_USE']);

    await shop.client.release(hold.id, { token });

    expect((await remove()).status).toBe(204);
    expect(refusal(await reserve(product.id))).toEqual([404, 'NOT_FOUND']);
  });

  it('when somebody looks at the figures, then live and ended reservations are told', async () => {
    const { hold } = await held();
    await shop.client.confirm(hold.id, { token });

    const { text } = await fetch(`${shop.url}/metrics`).then(async (answer) => ({ text: await answer.text() }));

    expect(text).toMatch(/^reservations_live \d+$/m);
    expect(Number(/^reservations_ended_total\{how="confirmed"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    expect(Number(/^reservations_ended_total\{how="expired"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  });
});
