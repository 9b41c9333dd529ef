import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../src/config/logger.js';

describe('the logger', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockroom-log-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  /** What a logger writes while `work` is done. */
  const written = async (work: (made: ReturnType<typeof createLogger>) => void): Promise<object[]> => {
    const file = join(dir, `${Math.random()}.jsonl`);
    const made = createLogger('info', { secrets: ['the secret of this test'], descriptor: openSync(file, 'w') });
    work(made);
    await new Promise<void>((resolve) => made.logger.flush(() => resolve()));
    made.close();
    return (await readFile(file, 'utf8'))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as object);
  };

  it('when something is logged, then it is one line of JSON with its level and time', async () => {
    const lines = await written(({ logger, lines: plain }) => {
      logger.warn({ queue: 'mail' }, 'first\nof two lines');
      plain.info('a "request" line');
    });
    expect(lines).toMatchObject([
      { level: 40, queue: 'mail', msg: 'first\nof two lines' },
      { level: 30, msg: 'a "request" line' },
    ]);
    for (const line of lines) expect(Date.parse((line as { time: string }).time)).not.toBeNaN();
  });

  it('when errors carry secrets, in fields, causes or texts, then the log has none', async () => {
    const fault = Object.assign(
      new Error('cannot open amqp://guest:canary-1@broker', { cause: new Error('the secret of this test') }),
      {
        config: { headers: { authorization: 'Bearer canary-2-canary' } },
        options: { auth: { user: 'u', pass: 'canary-3' } },
      },
    );
    const text = JSON.stringify(
      await written(({ logger }) => {
        logger.error({ err: fault }, 'a step failed');
        logger.info({ password: 'canary-4', nested: { deeper: { refreshToken: 'canary-5' } } }, 'a body');
      }),
    );
    expect(text).toContain('a step failed');
    expect(text).not.toMatch(/canary|the secret of this test/);
  });
});
