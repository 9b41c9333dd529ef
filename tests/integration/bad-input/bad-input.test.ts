import type { Connection } from 'mongoose';
import { auditClean } from '../../helpers/audit-clean.js';
import { expectInTime } from '../../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { report } from '../../helpers/report.js';
import { matrix } from './matrix.js';
import { races, runners } from './races.js';
import type { Row } from './row.js';
import { exchange, type Heard } from './wire.js';
import { canaries, openWorld, type World } from './world.js';

const rows = Object.values(matrix).flat();
/** Far more than any row needs: a pattern that backtracks or a list that is walked twice over takes more. */
const cpuMsMax = 2_000;
const answerBytesMax = 32 * 1024;
/** On a machine that is busy with other things. */
const worldMs = 240_000;
const rowMs = 120_000;
const inside = /<html|<!doctype|<pre|\n\s+at |node_modules|[\\/]src[\\/]|Mongo\w*Error|ZodError|SyntaxError|ECONN/i;

/** What every answer has, whatever it says. */
const checkHead = ({ headers, body }: Heard): void => {
  expect(headers.get('x-request-id')).toEqual([expect.stringMatching(/^[\w.~-]{1,128}$/)]);
  expect(headers.get('x-content-type-options')).toEqual(['nosniff']);
  expect(headers.get('content-security-policy')).toEqual([expect.stringContaining("default-src 'none'")]);
  for (const name of ['x-powered-by', 'server', 'via', 'x-runtime', 'set-cookie'])
    expect(headers.has(name)).toBe(false);
  for (const [name, values] of headers) expect([name, values.length]).toEqual([name, 1]);
  expect(body).not.toMatch(inside);
};

/** The one shape of errors: exactly these fields, and nothing that anybody may keep. */
const checkError = (
  { headers, body }: Heard,
  { status, code, fields }: Pick<Row, 'status' | 'code' | 'fields'>,
): void => {
  expect(headers.get('content-type')).toEqual(['application/json; charset=utf-8']);
  expect(headers.get('cache-control')).toEqual(['no-store']);
  expect(body.length).toBeLessThan(answerBytesMax);
  const { error, ...rest } = JSON.parse(body) as { error: { code: string; details?: { path: string }[] } };
  expect(rest).toEqual({ status_code: status, message: expect.any(String) as string });
  const { details, ...named } = error;
  expect(named).toEqual({ code, requestId: headers.get('x-request-id')?.[0] });
  if (fields !== undefined) expect([...new Set((details ?? []).map(({ path }) => path))].sort()).toEqual(fields);
};

describeMongo('bad input', () => {
  const database = freshDatabase();
  let connection: Connection;
  let world: World;
  /** What was stored when somebody last looked. */
  let stored = '';
  let closing: Promise<string[]> | undefined;
  const close = () => (closing ??= world.close());
  beforeAll(async () => {
    connection = await database.connect();
    world = await openWorld(database.uri, connection);
    stored = await world.stored();
  }, worldMs);
  afterAll(() => close(), worldMs);

  const stillServes = async (): Promise<void> => {
    expect((await world.shop.client.send('GET', '/healthz')).status).toBe(200);
  };

  describe.each(Object.entries(matrix))('%s', (_what, each) => {
    it.each(each.map((row) => [row.name, row.code ?? row.status, row] as const))(
      'when %s comes, then %s, and nothing has changed',
      async (_name, _expected, row) => {
        const before = stored;
        const wire = row.ask(world);
        const start = process.cpuUsage();
        const heard = await exchange(world.portFor(wire), wire);
        const { user, system } = process.cpuUsage(start);
        stored = await world.stored();

        expect({ status: heard.status, body: heard.body }).toMatchObject({ status: row.status });
        checkHead(heard);
        if (row.code !== undefined) checkError(heard, row);
        row.also?.(heard, world);
        expect(stored).toBe(before);
        await stillServes();
        expectInTime((user + system) / 1000, 'the processor for one request').toBeLessThan(cpuMsMax);
      },
      rowMs,
    );
  });

  describe('races', () => {
    it.each(races)(
      'when several race $name, then one gets it and the others $code',
      async ({ ask, code, prize }) => {
        const count = async () =>
          (await world.stored()).split('\n').filter((line) => line.startsWith(`${prize} `)).length;
        const before = await count();
        const all = Array.from({ length: runners }, (_, index) => ask(world, index));
        const heard = await Promise.all(all.map((wire) => exchange(world.portFor(wire), wire)));

        const lost = heard.filter(({ status }) => status !== 201);
        expect(lost).toHaveLength(runners - 1);
        for (const each of heard) checkHead(each);
        for (const each of lost) checkError(each, { status: 409, code });
        expect(await count()).toBe(before + 1);
        await stillServes();
      },
      rowMs,
    );
  });

  describe('afterwards', () => {
    it('when the books are audited, then they are clean', async () => {
      await auditClean(world.shop, connection, world.productId, { sawAll: false });
      await auditClean(world.shop, connection, world.soldOutId, { sawAll: false });
    });

    it('when the table is counted, then it has sixty rows or more, each with a name of its own', () => {
      const names = Object.entries(matrix).flatMap(([what, each]) => each.map(({ name }) => `${what}: ${name}`));
      report('bad input', { rows: rows.length + races.length, groups: Object.keys(matrix).length + 1 });
      expect(new Set(names).size).toBe(rows.length);
      expect(rows.length).toBeGreaterThanOrEqual(60);
    });

    it('when the log is read, then every line is one whole entry, and none holds a secret', async () => {
      const { admin, user, disabled, ended, usedRefreshToken } = world;
      const tokens = [admin, user, usedRefreshToken].concat(
        [disabled, ended].flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]),
      );
      const lines = await close();

      expect(lines.filter((line) => line.includes('/api/v1/')).length).toBeGreaterThan(60);
      for (const line of lines) {
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(Object.keys(JSON.parse(line) as object)).toEqual(expect.arrayContaining(['level', 'time', 'msg']));
        for (const secret of [...canaries, ...tokens]) expect(line).not.toContain(secret);
      }
    });
  });
});
