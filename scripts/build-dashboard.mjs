/**
 * Builds the dashboard's page from `public/` into `dist/public/`: one script and one style sheet, named after what is in them, and the
 * page that asks for them; each also compressed, so that no start and no request has to. `--if-stale` leaves a build alone that is
 * newer than its sources.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'public');
const target = join(root, 'dist', 'public');
const page = join(target, 'index.html');

/** What the page's name in the address bar, `/dashboard`, makes of relative paths: it works behind a prefix too. */
const assets = 'dashboard/assets/';

/** The licence asks to be named in copies. */
const banner = '/*! uPlot (c) Leon Sorokin, MIT licence, https://github.com/leeoniya/uPlot */';

const sources = () => [
  fileURLToPath(import.meta.url),
  join(root, 'package-lock.json'),
  ...readdirSync(source, { recursive: true }).map((name) => join(source, name)),
];

/** Whether the build is there and newer than all that it is made of. */
export const isDashboardFresh = () => {
  if (!existsSync(page)) return false;
  const builtMs = statSync(page).mtimeMs;
  return sources().every((file) => !existsSync(file) || statSync(file).mtimeMs <= builtMs);
};

const bundle = async () => {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: { dashboard: join(source, 'src', 'main.ts'), style: join(source, 'style', 'main.css') },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: banner, css: banner },
    outdir: target,
    write: false,
    logLevel: 'warning',
  });
  const textOf = (ending) => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (file === undefined) throw new Error(`The bundle has no ${ending}.`);
    return file.text;
  };
  return { script: textOf('.js'), style: textOf('.css') };
};

const named = (text, ending) => {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `dashboard.${hash}.${ending}`;
};

const fill = (html, values) =>
  Object.entries(values).reduce((text, [name, value]) => {
    const place = `{{${name}}}`;
    if (!text.includes(place)) throw new Error(`public/index.html has no ${place}.`);
    return text.replaceAll(place, value);
  }, html);

/** Whole or not at all, as somebody may be reading. */
const write = (name, content) => {
  const unfinished = join(target, `.${name}.${process.pid}`);
  writeFileSync(unfinished, content);
  renameSync(unfinished, join(target, name));
};

const formsOf = (name, text) => {
  const plain = Buffer.from(text);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  return [
    [`${name}.gz`, gzipSync(plain, { level: 9 })],
    [`${name}.br`, brotliCompressSync(plain, { params })],
    [name, plain],
  ];
};

/** Builds it, the page last; what an earlier build has left goes. @returns the size of each file as it is sent at best, in bytes */
export const buildDashboard = async () => {
  const begun = new Date();
  const { script, style } = await bundle();
  const names = { script: named(script, 'js'), style: named(style, 'css') };
  const html = fill(readFileSync(join(source, 'index.html'), 'utf8'), {
    script: assets + names.script,
    style: assets + names.style,
  });
  const texts = { [names.script]: script, [names.style]: style, 'index.html': html };
  const files = Object.entries(texts).flatMap(([name, text]) => formsOf(name, text));
  mkdirSync(target, { recursive: true });
  for (const [name, content] of files) write(name, content);
  // What was saved while it was made counts as newer than the build.
  utimesSync(page, begun, begun);
  const kept = new Set(files.map(([name]) => name));
  for (const name of readdirSync(target)) {
    if (!kept.has(name) && !name.startsWith('.')) rmSync(join(target, name), { force: true });
  }
  return Object.fromEntries(Object.keys(texts).map((name) => [name, statSync(join(target, `${name}.br`)).size]));
};

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--if-stale') || !isDashboardFresh()) {
    const sizes = await buildDashboard();
    const list = Object.entries(sizes).map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(1)} kB`);
    console.log(`Dashboard: ${list.join(', ')} (brotli)`);
  }
}
