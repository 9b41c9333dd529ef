import { appendFileSync } from 'node:fs';

/** Where the suites that were skipped for want of a server are listed, one JSON line each; read by scripts/test.mjs. */
const missingFile = process.env['TEST_MISSING_FILE'];

/**
 * Notes down loudly that tests are skipped for want of a server.
 * @param optional whether that is no failure, under CI=true neither
 */
export const noteMissing = (server: string, why: string, suite: string, { optional = false } = {}): void => {
  const line = JSON.stringify({ server, why, suite, ...(optional ? { optional } : {}) });
  if (missingFile === undefined) process.stderr.write(`SKIPPED for want of ${server}: ${suite} (${why})\n`);
  else appendFileSync(missingFile, `${line}\n`);
};

/**
 * `describe` where the server can be had, `describe.skip` with a note where it can not.
 * @param missing why it can not, or `undefined` when it is there
 */
export const describeWith =
  (server: string, missing: string | undefined) =>
  (name: string, suite: () => void): void => {
    if (missing === undefined) {
      describe(name, suite);
      return;
    }
    noteMissing(server, missing, name);
    describe.skip(name, suite);
  };
