/** The service as `npm start` runs it, on a database, a port and secrets of its own. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** It may have to be built, and its MongoDB fetched. */
const startMs = 900_000;
const stopMs = 60_000;
/** Settings of whoever runs this must not reach the service. */
const inherited = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'MONGOD_BINARY', 'LANG', 'TMPDIR'];

const settingsOf = (scratch, admin) => ({
  ...Object.fromEntries(inherited.flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : []))),
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: '0',
  DATA_DIR: join(scratch, 'data'),
  JWT_SECRET: randomBytes(32).toString('hex'),
  ADMIN_EMAIL: admin.email,
  ADMIN_PASSWORD: admin.password,
  DEMO: '0',
  // The limits have tests of their own; here they would only slow the calls down.
  RATE_LIMIT_PER_MINUTE: '0',
  LOGIN_LIMIT_PER_MINUTE: '0',
});

/**
 * Starts the service and waits until it is ready; what it prints goes into the file `log`.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export const startService = async ({ scratch, log, admin }) => {
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
    cwd: scratch,
    env: settingsOf(scratch, admin),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const file = createWriteStream(log);
  child.stderr.pipe(file, { end: false });
  child.stdout.pipe(file, { end: false });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(timer);
    await new Promise((resolve) => file.end(resolve));
  };
  const ready = new Promise((resolve, reject) => {
    let text = '';
    const look = (chunk) => {
      text += chunk;
      const [, url] = /"url":"([^"]+)"/.exec(text) ?? [];
      if (url === undefined || !text.includes('"msg":"ready"')) return;
      child.stdout.off('data', look);
      resolve(url);
    };
    child.stdout.setEncoding('utf8').on('data', look);
    void ended.then(() => reject(new Error(`the service ended before it was ready; its log: ${log}`)));
    setTimeout(() => reject(new Error(`the service was not ready in time; its log: ${log}`)), startMs).unref();
  });
  try {
    return { url: await ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
