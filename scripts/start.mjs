/**
 * Builds when the build is missing or older than its sources, then runs it in this very process, so that signals arrive
 * and nothing is started twice. `npm start` runs the service; `node scripts/start.mjs cli/audit.js [arguments]` another
 * program of the build.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const named = process.argv[2]?.endsWith('.js') === true;
const entry = join(root, 'dist', named ? process.argv[2] : 'server.js');
// A stamp of our own: the compiler leaves its files alone where nothing but a date has changed.
const stamp = join(root, 'dist', '.built');

const sources = () => [
  ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) => join(root, name)),
  ...readdirSync(join(root, 'src'), { recursive: true }).map((name) => join(root, 'src', name)),
];

const isFresh = () => {
  if (!existsSync(entry) || !existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return sources().every((file) => !existsSync(file) || statSync(file).mtimeMs <= built);
};

const resolved = (name) => {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
};

const build = (tsc) => {
  console.log('Building ...');
  const begun = new Date();
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error('The build failed; see the lines above.');
    process.exit(1);
  }
  writeFileSync(stamp, '');
  // What was saved while the compiler ran counts as newer than the build.
  utimesSync(stamp, begun, begun);
};

/** The page is no reason not to sell: without it, `/dashboard` says what to do. */
const buildPage = async () => {
  try {
    const { buildDashboard, isDashboardFresh } = await import('./build-dashboard.mjs');
    if (!isDashboardFresh()) await buildDashboard();
  } catch (error) {
    console.error(`The dashboard was not built: ${error.message}`);
  }
};

// Without the compiler (an image with runtime dependencies only) the build that is there is the one to run.
const tsc = isFresh() ? undefined : resolved('typescript/bin/tsc');
if (tsc !== undefined) build(tsc);
if (!named && resolved('esbuild') !== undefined) await buildPage();
if (!existsSync(entry)) {
  console.error('There is no build in dist/, and no TypeScript to make one: run `npm ci` first.');
  process.exit(1);
}
// The program finds its own name and arguments where a program started directly does.
process.argv.splice(1, named ? 2 : 1, entry);
await import(pathToFileURL(entry).href);
