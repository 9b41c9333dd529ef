/**
 * Tries every call of the service with inputs that its own document allows and forbids, as nobody and as each role, and holds every
 * answer against the document: `npm run fuzz [-- --cases 10000 --seed 7]`. Without `--cases` it is the short form of CI. The log of a
 * run with a finding is kept. See docs/decisions/017-openapi.md.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startService } from './fuzz/service.mjs';
import { settings } from './fuzz/settings.mjs';
import { fillShop, keepSelling, succeeded } from './fuzz/shop.mjs';
import { pythonTools, run } from './python-tools.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const fetchMs = 600_000;
/** For one role; a machine that is busy otherwise takes several times as long as an idle one. */
const roleMs = 1_800_000;
/** Tries of each call in the short form, beside those that follow from the document alone, which are some 1,500 a role. */
const shortExamples = 4;

const { values: options } = parseArgs({
  options: { cases: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const seed = Number(options.seed);
const cases = options.cases === undefined ? undefined : Number(options.cases);
if (!Number.isSafeInteger(seed) || seed < 0 || (cases !== undefined && !(Number.isSafeInteger(cases) && cases > 0))) {
  console.error('Usage: npm run fuzz [-- --cases <number> --seed <number>]');
  process.exit(2);
}

const people = Object.fromEntries(
  ['admin', 'manager', 'user'].map((role) => [
    role,
    { email: `${role}@shop.example`, password: `the password of the ${role}`, name: role },
  ]),
);

/**
 * In this order, as an admin may change what the others find. `calls` is how many calls have to succeed at least once: a run
 * whose every request is refused finds nothing.
 */
const roles = [
  { role: 'anonymous', calls: 8 },
  { role: 'user', calls: 16, account: people.user },
  { role: 'manager', calls: 24, account: people.manager },
  { role: 'admin', calls: 28, account: people.admin },
];

const requirements = readFileSync(join(here, 'fuzz-tools.txt'), 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));

const numberIn = (output, pattern) => Number(pattern.exec(output)?.[1] ?? 0);

const fuzzAs = async ({ role, calls, account }, { bin, url, scratch, config, examples }) => {
  const begun = performance.now();
  const before = await succeeded(url);
  const dir = join(scratch, role);
  mkdirSync(dir);
  const args = ['--config-file', config, 'run', `${url}/openapi.json`, '--checks', 'all', '--continue-on-failure'];
  args.push('--seed', String(seed), '--max-examples', String(examples), '--workers', '1', '--no-color');
  const env = {
    FUZZ_URL: url,
    PYTHONHASHSEED: String(seed),
    ...(account === undefined ? {} : { FUZZ_EMAIL: account.email, FUZZ_PASSWORD: account.password }),
  };
  const { code, output } = await run(join(bin, 'schemathesis'), args, { deadlineMs: roleMs, cwd: dir, env });
  writeFileSync(join(dir, 'schemathesis.log'), output);
  const tried = numberIn(output, /(\d+) generated/);
  const fresh = [...(await succeeded(url))].filter(([call, count]) => count > (before.get(call) ?? 0)).length;
  const seconds = Math.round((performance.now() - begun) / 1_000);
  const busy = numberIn(output, /503, the (\d+)\. time(?![^]*503, the)/);
  const findings = numberIn(output, /(\d+) failures?\b/) + numberIn(output, /(\d+) errors?\b/);
  const fine = code === 0 && fresh >= calls;
  console.log(
    `${fine ? 'ok    ' : 'FAILED'} ${role.padEnd(9)} ${tried} cases, ${findings} findings, ${fresh} calls succeeded, ${busy} times too busy, ${seconds} s`,
  );
  if (code !== 0) console.log(output.trimEnd());
  else if (!fine) console.log(`At least ${calls} calls should have succeeded: what was tried says too little.`);
  return { fine, tried };
};

/** Tries the service as each role in turn. @returns what came of each */
const fuzzAll = async (url, bin, scratch) => {
  const { ids, operations } = await fillShop(url, people);
  const config = join(scratch, 'schemathesis.toml');
  writeFileSync(config, settings({ hooks: join(here, 'fuzz', 'hooks.py'), ids }));
  const examples = cases === undefined ? shortExamples : Math.ceil(cases / roles.length / operations);
  const selling = keepSelling(url, people.admin);
  try {
    const results = [];
    for (const role of roles) results.push(await fuzzAs(role, { bin, url, scratch, config, examples }));
    return results;
  } finally {
    await selling.stop();
  }
};

const main = async () => {
  const bin = await pythonTools({ name: 'schemathesis', requirements, deadlineMs: fetchMs });
  const scratch = mkdtempSync(join(tmpdir(), 'stockroom-fuzz-'));
  const { url, stop } = await startService({ scratch, log: join(scratch, 'service.log'), admin: people.admin });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop().then(() => process.exit(1)));
  const results = await fuzzAll(url, bin, scratch).finally(stop);
  const fine = results.every((result) => result.fine);
  const total = results.reduce((sum, { tried }) => sum + tried, 0);
  console.log(
    `${total} cases with seed ${seed}: ${fine ? 'no findings' : `findings; what was sent and logged: ${scratch}`}`,
  );
  if (fine) rmSync(scratch, { recursive: true, force: true });
  process.exitCode = fine ? 0 : 1;
};

await main().catch((error) => {
  console.error(`npm run fuzz: ${error.message}`);
  process.exitCode = 1;
});
