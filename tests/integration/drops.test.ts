import { dropEvents } from '../../src/schemas/drop.js';
import { auditClean } from '../helpers/audit-clean.js';
import { watchDrop } from '../helpers/drops.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

const patientMs = 120_000;

describeMongo('drops', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  const { token } = person();
  beforeAll(async () => (shop = await startShop(database.uri)), 60_000);
  afterAll(() => shop.close());
  const drop = (wish: object, by = token) => watchDrop(shop.url, by, wish);

  it.each([
    { buyers: 60, units: 25, seconds: 0, won: 25 },
    { buyers: 20, units: 50, seconds: 0.2, won: 20 },
  ])(
    'when $buyers buyers come for $units units within $seconds s, then $won win, the others are refused, and the ledger says the same',
    async ({ won, ...wish }) => {
      const watched = await drop({ ...wish, name: 'Lamp' });
      expect(watched).toMatchObject({ status: 200, contentType: 'text/event-stream; charset=utf-8' });
      await watched.ended;
      for (const { event, data } of watched.events) expect(() => dropEvents[event].parse(data)).not.toThrow();

      const names = watched.events.map(({ event }) => event);
      expect([names[0], names.at(-1)]).toEqual(['started', 'finished']);
      const [started] = watched.said('started');
      expect(started?.product).toMatchObject({ name: 'Lamp', stock: wish.units, tags: ['demo'] });
      expect(started?.product.sku).toMatch(/^DROP-/);

      const buyers = watched.said('buyer').flat();
      expect(buyers.map(({ n }) => n).sort((a, b) => a - b)).toEqual(
        Array.from({ length: wish.buyers }, (_, index) => index + 1),
      );
      expect(buyers.filter(({ outcome }) => outcome === 'won')).toHaveLength(won);
      expect(buyers.filter(({ outcome }) => outcome === 'INSUFFICIENT_STOCK')).toHaveLength(wish.buyers - won);

      const left = wish.units - won;
      expect(watched.said('progress').at(-1)).toMatchObject({ stock: left, sold: won });
      const [finished] = watched.said('finished');
      expect(finished).toMatchObject({ won, refused: wish.buyers - won, failed: 0, cutShort: null });
      expect(finished?.audit).toMatchObject({ received: wish.units, sold: won, stock: left, consistent: true });
      expect(finished?.soldOutMs === null).toBe(left > 0);
      await auditClean(shop, await database.connect(), started?.product.id ?? '', { sawAll: false });
    },
    patientMs,
  );

  it(
    'when one is running, then another is refused; when its client leaves, then it ends and the next may begin',
    async () => {
      const first = await drop({ buyers: 1_000, units: 10, seconds: 30 });
      await waitFor(() => first.said('started').length === 1);
      expect(await drop({ buyers: 1 })).toMatchObject({ status: 409, refusal: 'DROP_RUNNING' });
      first.leave();
      const next = await waitFor(
        async () => {
          const tried = await drop({ buyers: 3, units: 1, seconds: 0 });
          return tried.status === 200 ? tried : undefined;
        },
        { deadlineMs: 60_000, what: 'the next drop' },
      );
      await next.ended;
      expect(next.said('finished')).toMatchObject([{ won: 1, refused: 2 }]);
      // Far from all buyers of the first had come when it was left.
      const product = first.said('started')[0]?.product.id ?? '';
      const { data } = await shop.client.audit(product, { token: shop.manager.token });
      expect(data.consistent).toBe(true);
      await auditClean(shop, await database.connect(), product, { sawAll: false });
    },
    patientMs,
  );

  it.each([
    [{}, 'buyers'],
    [{ buyers: 0 }, 'buyers'],
    [{ buyers: 1_001 }, 'buyers'],
    [{ buyers: 2.5 }, 'buyers'],
    [{ buyers: 1, units: 0 }, 'units'],
    [{ buyers: 1, units: 100_001 }, 'units'],
    [{ buyers: 1, seconds: -1 }, 'seconds'],
    [{ buyers: 1, seconds: 31 }, 'seconds'],
    [{ buyers: 1, name: '' }, 'name'],
    [{ buyers: 1, price: 5 }, 'price'],
  ])('when %j is asked for, then %s is named as the fault', async (wish, path) => {
    const { status, error } = await shop.client.api('POST', '/drops', { token, body: wish });
    expect([status, error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((error.details as { path: string }[]).map((fault) => fault.path)).toContain(path);
  });

  it('when nobody has signed in, then there is none', async () => {
    const { status } = await shop.client.api('POST', '/drops', { body: { buyers: 1 } });
    expect(status).toBe(401);
  });
});
