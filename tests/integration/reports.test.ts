import type { Person, LocalShop } from '../helpers/shop.js';
import { person, startShop } from '../helpers/shop.js';
import type { ReportView } from '../../src/schemas/report.js';
import type { Answer } from '../helpers/api-client.js';
import { newId } from '../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { waitFor } from '../helpers/wait-for.js';

/** A product whose words a spreadsheet and a browser would carry out. */
const nasty = { name: '=HYPERLINK("http://x") <script>alert(1)</script>', sku: '+cmd|A0' };

const linesOf = (csv: string): string[] => csv.split('\r\n');

describeMongo('reports', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  let manager: Person;

  beforeAll(async () => {
    shop = await startShop(database.uri);
    manager = shop.manager;
  });
  afterAll(() => shop.close());

  const ask = (body: unknown, token = manager.token) =>
    shop.client.api('POST', '/reports', { token, body }) as Promise<Answer<ReportView>>;
  const get = (id: string) =>
    shop.client.api('GET', `/reports/${id}`, { token: manager.token }) as Promise<Answer<ReportView>>;
  const fileOf = async (id: string, format: string) => {
    const response = await fetch(`${shop.url}/api/v1/reports/${id}/file?format=${format}`, {
      headers: { authorization: `Bearer ${manager.token}` },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const isDone = async (id: string): Promise<ReportView> => {
    const { data } = await waitFor(
      async () => {
        const answer = await get(id);
        return ['done', 'failed'].includes(answer.data.status) ? answer : undefined;
      },
      { what: 'the report' },
    );
    return data;
  };
  const made = async (body: unknown): Promise<ReportView> => {
    const asked = await ask(body);
    expect(asked.status).toBe(202);
    return isDone(asked.data.id);
  };

  it('when a stock report is asked for, then 202 with its place, and its files hold every product', async () => {
    const product = await shop.stocked(5, { lowStockThreshold: 10, ...nasty });
    const asked = await ask({ type: 'stock' });
    expect(asked.status).toBe(202);
    expect(asked.headers.location).toBe(`/api/v1/reports/${asked.data.id}`);
    expect(asked.data).toMatchObject({ type: 'stock', status: 'queued', progress: 0, files: null });

    const report = await isDone(asked.data.id);
    expect(report).toMatchObject({ status: 'done', progress: 100, reason: null, truncated: false });
    const csv = await fileOf(report.id, 'csv');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="stock-${report.id}.csv"`);
    expect(linesOf(csv.text)[0]).toBe(
      'productId,sku,name,onHand,stock,reserved,sold,lowStockThreshold,low,price,currency',
    );
    expect(csv.text).toContain(
      `${product.id},'+cmd|A0,"'=HYPERLINK(""http://x"") <script>alert(1)</script>",5,5,0,0,10,yes,1999,USD\r\n`,
    );
  });

  it('when a page is had, then what people have typed in is text, it asks for nothing, and it may run nothing', async () => {
    await shop.stocked(1, { lowStockThreshold: 10, ...nasty, sku: `+${newId()}` });
    const { id } = await made({ type: 'stock' });
    const { headers, text } = await fileOf(id, 'html');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).toContain('<svg');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toMatch(/<script|src=|<link|@import|url\(/i);
    expect(text).toContain('prefers-color-scheme:dark');
  });

  it('when products were sold, then the sales report has them by day with units and revenue, and none from before', async () => {
    const product = await shop.stocked(10, { price: 250 });
    const buyer = person();
    for (const quantity of [1, 2]) await shop.client.buy(product.id, { token: buyer.token, body: { quantity } });
    const hour = 3_600_000;
    const report = await made({ type: 'sales', from: new Date(Date.now() - hour).toISOString() });
    const csv = await fileOf(report.id, 'csv');
    const lines = linesOf(csv.text).filter((line) => line.includes(product.id));
    expect(linesOf(csv.text)[0]).toBe('hour,productId,sku,name,sold,returned,revenue,currency');
    // Two lines where an hour has ended between the two purchases.
    const rows = lines.map((line) => line.split(',').slice(4));
    const sum = (column: number) => rows.reduce((all, row) => all + Number(row[column]), 0);
    expect([sum(0), sum(1), sum(2), ...new Set(rows.map((row) => row[3]))]).toEqual([3, 0, 750, 'USD']);
    expect((await fileOf(report.id, 'html')).text).toContain('$7.50');

    const earlier = await made({
      type: 'sales',
      from: new Date(Date.now() - 2 * hour).toISOString(),
      to: new Date(Date.now() - hour).toISOString(),
    });
    expect(linesOf((await fileOf(earlier.id, 'csv')).text)).toEqual([expect.stringContaining('hour,'), '']);
  });

  it('when a product report is asked for, then it is the ledger with its running balance', async () => {
    const product = await shop.stocked(3);
    await shop.client.buy(product.id, { token: person().token, body: { quantity: 2 } });
    const report = await made({ type: 'product', productId: product.id });
    const { text } = await fileOf(report.id, 'csv');
    const rows = linesOf(text).map((line) => line.split(','));
    expect(rows.slice(1, 3).map(([seq, , type, delta, stockAfter]) => [seq, type, delta, stockAfter])).toEqual([
      ['1', 'initial', '3', '3'],
      ['2', 'sale', '-2', '1'],
    ]);
    expect(report.rows).toBe(2);
  });

  it('when a product is created, then its report is made without being asked for', async () => {
    const product = await shop.stocked(4);
    const found = await waitFor(async () => {
      const path = `/reports?type=product&productId=${product.id}`;
      const answer = await shop.client.api('GET', path, { token: manager.token });
      return (answer.data as ReportView[]).find(({ status }) => status === 'done');
    });
    expect(found).toMatchObject({ requestedBy: manager.id, productId: product.id, rows: 1 });
  });

  it('when the wish is wrong, then 400 names every fault and nothing is queued', async () => {
    const pathsOf = async (body: unknown) => {
      const { status, error } = await ask(body);
      return [status, ...((error.details ?? []) as { path: string }[]).map(({ path }) => path).sort()];
    };
    expect(await pathsOf({})).toEqual([400, 'type']);
    expect(await pathsOf({ type: 'product' })).toEqual([400, 'productId']);
    expect(await pathsOf({ type: 'stock', productId: newId(), from: '2026-01-01T00:00:00Z' })).toEqual([
      400,
      'from',
      'productId',
    ]);
    expect(await pathsOf({ type: 'sales', from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })).toEqual([
      400,
      'to',
    ]);
    expect(await pathsOf({ type: 'sales', from: 'yesterday', colour: 'red' })).toEqual([400, 'colour', 'from']);
  });

  it('when there is no such product or report, then 404; when the id or the format is none, then 400', async () => {
    const unknown = newId();
    expect((await ask({ type: 'product', productId: unknown })).error.code).toBe('NOT_FOUND');
    expect((await get(unknown)).error.code).toBe('NOT_FOUND');
    expect((await get('x')).error.code).toBe('INVALID_ID');
    expect((await fileOf(unknown, 'csv')).status).toBe(404);
    expect((await fileOf(unknown, 'pdf')).status).toBe(400);
  });

  it('when a user or nobody asks, then 403 and 401 on every route of reports and jobs; jobs are for admins alone', async () => {
    const id = newId();
    const calls = [
      ['POST', '/reports', { type: 'stock' }],
      ['GET', '/reports', undefined],
      ['GET', `/reports/${id}`, undefined],
      ['GET', `/reports/${id}/file`, undefined],
      ['GET', '/jobs', undefined],
      ['POST', `/jobs/${id}/retry`, undefined],
    ] as const;
    for (const [method, path, body] of calls) {
      const codes = [];
      for (const token of [person().token, undefined]) {
        codes.push((await shop.client.api(method, path, { token, body })).error.code);
      }
      expect([path, ...codes]).toEqual([path, 'FORBIDDEN', 'UNAUTHENTICATED']);
    }
    expect((await shop.client.api('GET', '/jobs', { token: manager.token })).status).toBe(403);
  });
});
