import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir, readJson } from '../../helpers/delivery.js';

interface Locked {
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

type Packages = Record<string, Locked>;

/** The processors for which images are made. */
const cpus = ['x64', 'arm64'];

const isFor = (each: Locked, cpu: string): boolean =>
  each.os?.includes('linux') === true && each.cpu?.includes(cpu) === true;

/** A package that says no libc may carry binaries for both; those of this machine's processor are here to be looked at. */
const carriesMusl = (path: string): boolean => {
  const dir = join(projectDir, path);
  return existsSync(dir) && readdirSync(dir).some((name) => name.endsWith('.musl.node'));
};

const runsOnMusl = (path: string, each: Locked): boolean =>
  each.libc === undefined ? carriesMusl(path) || !existsSync(join(projectDir, path)) : each.libc.includes('musl');

/** Packages that come with binaries by platform, and have none for Alpine. */
const withoutMusl = (packages: Packages): string[] => {
  const production = Object.entries(packages).filter(([path, each]) => path !== '' && each.dev !== true);
  const locked = new Map(production);
  return production.flatMap(([path, { optionalDependencies = {} }]) => {
    const platforms = Object.keys(optionalDependencies).flatMap((name) => {
      const place = [`${path}/node_modules/${name}`, `node_modules/${name}`].find((each) => locked.has(each));
      const found = place === undefined ? undefined : locked.get(place);
      return place === undefined || found?.os === undefined ? [] : [[place, found] as const];
    });
    return cpus.flatMap((cpu) => {
      const those = platforms.filter(([, each]) => isFor(each, cpu));
      const good = those.length === 0 || those.some(([place, each]) => runsOnMusl(place, each));
      return good ? [] : [`${path} on ${cpu}`];
    });
  });
};

describe('native packages of the image', () => {
  it('when a package has binaries for Linux, then it has them for musl too', () => {
    const { packages } = readJson('package-lock.json') as { packages: Packages };
    expect(withoutMusl(packages)).toEqual([]);
    // It looked at something: passwords are hashed by one of these.
    expect(packages['node_modules/@node-rs/argon2-linux-x64-musl']?.libc).toEqual(['musl']);
  });

  it('when a package has binaries for glibc alone, then it is named', () => {
    const glibcOnly: Packages = {
      'node_modules/fast': { optionalDependencies: { 'fast-linux-x64': '1.0.0' } },
      'node_modules/fast-linux-x64': { optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
      'node_modules/tool': { dev: true, optionalDependencies: { 'tool-linux-x64': '1.0.0' } },
      'node_modules/tool-linux-x64': { dev: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    };
    expect(withoutMusl(glibcOnly)).toEqual(['node_modules/fast on x64']);
  });

  it('when a package of production has a binary outside of such packages, then it is for musl too', () => {
    const { packages } = readJson('package-lock.json') as { packages: Packages };
    const platformless = Object.entries(packages)
      .filter(([path, each]) => path !== '' && each.dev !== true && each.os === undefined)
      .map(([path]) => path)
      .filter((path) => existsSync(join(projectDir, path)));
    const binaries = platformless.flatMap((path) =>
      readdirSync(join(projectDir, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.node') && !name.startsWith('node_modules/'))
        .map((name) => `${path}/${name}`),
    );
    expect(binaries.filter((name) => !name.includes('musl'))).toEqual([]);
  });
});
