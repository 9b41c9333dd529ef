import type { AdminActionView } from '../../src/schemas/admin-action.js';
import type { JobView } from '../../src/schemas/job.js';
import { newId } from '../../src/utils/uuid.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { person, startShop, type LocalShop } from '../helpers/shop.js';
import { deadSmtpUrl, startSmtp, type TestSmtp } from '../helpers/smtp.js';
import { waitFor } from '../helpers/wait-for.js';

type Sent = Omit<JobView, 'data'> & { data: Record<string, unknown> };

const admin = person('admin');
const password = 'a password of the tests';

const asAdmin = (shop: LocalShop) => ({
  list: async (query = '') => {
    const { status, data, meta, error } = await shop.client.api('GET', `/jobs${query}`, { token: admin.token });
    return { status, jobs: data as Sent[], meta, code: (error as { code: string } | undefined)?.code };
  },
  retry: (id: string) => shop.client.api('POST', `/jobs/${id}/retry`, { token: admin.token }),
});

/** Registers somebody new over HTTP. @returns their id and address */
const registered = async (shop: LocalShop): Promise<{ id: string; email: string }> => {
  const email = `${newId()}@shop.test`;
  const body = { email, password, name: 'Ada Lovelace' };
  const { status, data } = await shop.client.api('POST', '/auth/register', { body });
  expect(status).toBe(201);
  return { id: (data as { id: string }).id, email };
};

const itSendsMail = (start: (env: Record<string, string>) => Promise<LocalShop>) => {
  let smtp: TestSmtp;
  let shop: LocalShop;

  beforeAll(async () => {
    smtp = await startSmtp();
    shop = await start({ SMTP_URL: smtp.url });
  });
  afterAll(async () => {
    await shop.close();
    await smtp.stop();
  });

  const jobOf = async (userId: string, query = ''): Promise<Sent | undefined> =>
    (await asAdmin(shop).list(`?queue=mail-queue&limit=100${query}`)).jobs.find(
      ({ data }) => data['userId'] === userId,
    );

  it('when somebody registers, then one welcome mail arrives, with a message id of its job', async () => {
    const { id, email } = await registered(shop);
    const job = await waitFor(() => jobOf(id, '&status=completed'));
    const mails = smtp.mails.filter((mail) => mail.includes(email));
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain('Subject: Welcome to Stockroom');
    expect(mails[0]).toContain(`Message-ID: <${job.id}@stockroom>`);
    expect(mails[0]).toContain('From: Stockroom <no-reply@stockroom.local>');
  });

  it('when the address is refused for good, then the job has failed at once, and a retry by an admin sends it', async () => {
    smtp.refuse(true);
    const { id, email } = await registered(shop);
    const job = await waitFor(() => jobOf(id, '&status=failed'));
    expect(job).toMatchObject({ attempts: 1, status: 'failed', reason: expect.stringContaining('550') as string });
    smtp.refuse(false);
    expect(await asAdmin(shop).retry(job.id)).toMatchObject({ status: 200, data: { id: job.id } });
    await waitFor(() => jobOf(id, '&status=completed'));
    expect(smtp.mails.filter((mail) => mail.includes(email))).toHaveLength(1);
    const again = await asAdmin(shop).retry(job.id);
    expect([again.status, again.error.code]).toEqual([409, 'JOB_STATE']);
    const log = await shop.client.api('GET', '/audit-log?action=job.retried', { token: admin.token });
    const lines = (log.data as AdminActionView[]).filter(({ target }) => target === job.id);
    expect(lines).toMatchObject([{ actorId: admin.id, before: { name: 'welcome', status: 'failed' } }]);
  });

  it('when jobs are listed page by page, then none is skipped or doubled', async () => {
    for (let count = 0; count < 3; count++) {
      const { id } = await registered(shop);
      await waitFor(() => jobOf(id, '&status=completed'));
    }
    const all = (await asAdmin(shop).list('?queue=mail-queue&limit=100')).jobs.map(({ id }) => id);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { jobs, meta } = await asAdmin(shop).list(
        `?queue=mail-queue&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      paged.push(...jobs.map(({ id }) => id));
      cursor = meta.nextCursor;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThanOrEqual(3);
  });

  it('when a query or an id is wrong, then 400; when there is no such job, then 404', async () => {
    expect((await asAdmin(shop).list('?status=lost')).status).toBe(400);
    expect((await asAdmin(shop).list('?queue=tea-queue')).status).toBe(400);
    expect((await asAdmin(shop).list('?cursor=x')).status).toBe(400);
    expect((await asAdmin(shop).retry('x')).error.code).toBe('INVALID_ID');
    expect((await asAdmin(shop).retry(newId())).error.code).toBe('NOT_FOUND');
  });

  it('when somebody looks at the metrics, then the tries and the queues are there', async () => {
    const { text } = await fetchText(`${shop.url}/metrics`);
    expect(text).toMatch(/jobs_tried_total\{queue="mail-queue",outcome="done"\} [1-9]/);
    expect(text).toMatch(/jobs\{queue="mail-queue",status="failed"\} \d/);
    expect(text).toMatch(/job_duration_seconds_count\{queue="mail-queue"\} [1-9]/);
  });
};

const fetchText = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
};

describeMongo('jobs without Redis', () => {
  const database = freshDatabase();
  itSendsMail((env) => startShop(database.uri, { env }));
});

describeMongo('jobs without a mail server', () => {
  const database = freshDatabase();

  it('when no mail server is there, then the mail waits for its next try, and says why', async () => {
    const shop = await startShop(database.uri, { env: { SMTP_URL: deadSmtpUrl } });
    const { id } = await registered(shop);
    const waiting = await waitFor(async () =>
      (await asAdmin(shop).list('?status=delayed')).jobs.find(({ data }) => data['userId'] === id),
    );
    expect(waiting.reason).toContain('ECONNREFUSED');
    await shop.close();
  });
});

describeRedis('jobs on Redis', () => {
  const database = freshDatabase();
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis(['--maxmemory-policy', 'noeviction']);
  });
  afterAll(() => redis.stop());

  describe('with Redis up', () => {
    itSendsMail((env) => startShop(database.uri, { env: { ...env, QUEUE_REDIS_URL: redis.url } }));
  });

  it('when Redis is killed, then people register and ask for reports all the same, and all of it is done once it is back', async () => {
    const smtp = await startSmtp();
    const shop = await startShop(database.uri, { env: { SMTP_URL: smtp.url, QUEUE_REDIS_URL: redis.url } });
    await redis.kill();
    const { email } = await registered(shop);
    const asked = await shop.client.api('POST', '/reports', { token: shop.manager.token, body: { type: 'stock' } });
    expect(asked.status).toBe(202);
    expect((await asAdmin(shop).list()).code).toBe('UNAVAILABLE');
    const readyz = JSON.parse((await fetchText(`${shop.url}/readyz`)).text) as { data: { dependencies: unknown } };
    expect(readyz.data.dependencies).toMatchObject({ jobs: { state: 'down', required: false } });

    await redis.restart();
    const { id } = asked.data as { id: string };
    await waitFor(() => smtp.mails.some((mail) => mail.includes(email)), { what: 'the mail' });
    await waitFor(
      async () => {
        const { data } = await shop.client.api('GET', `/reports/${id}`, { token: shop.manager.token });
        return (data as { status: string }).status === 'done';
      },
      { what: 'the report' },
    );
    await shop.close();
    await smtp.stop();
  });
});
