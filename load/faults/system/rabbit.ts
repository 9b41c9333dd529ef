import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isBrokerThere } from '../../../src/config/broker.js';
import { freePort, isListening } from '../../../src/config/mongod-process.js';
import { waitFor } from '../../../tests/helpers/wait-for.js';
import type { Herd, Proc } from './herd.js';

const run = promisify(execFile);
/** An Erlang node takes its time on a busy machine. */
const upMsMax = 300_000;
const callMsMax = 30_000;
const epmdMsMax = 60_000;
const againMs = 500;

/** A RabbitMQ node of our own, with a port mapper of its own, so that it meets no other on this machine. */
export interface RabbitNode {
  port: () => number;
  process: () => Proc;
  start: () => Promise<void>;
  /** Raises or ends the alarm of a full disk, which blocks publishers. */
  setDiskFull: (isFull: boolean) => Promise<void>;
  /** Lets the queues whose names match take one message each and refuse the next, or ends that. */
  setQueuesFull: (pattern: string, isFull: boolean) => Promise<void>;
  stop: () => Promise<void>;
}

/** The script itself: what packages put on the PATH changes the user, and then signals do not reach the server. */
const findScript = (): string | undefined => {
  const lib = '/usr/lib/rabbitmq/lib';
  const inLib = existsSync(lib) ? readdirSync(lib).map((name) => join(lib, name, 'sbin/rabbitmq-server')) : [];
  const found = inLib.find((path) => existsSync(path));
  if (found !== undefined) return found;
  try {
    return execFileSync('which', ['rabbitmq-server'], { encoding: 'utf8', timeout: 10_000 }).trim();
  } catch {
    return undefined;
  }
};

const canRun = (command: string): boolean => {
  try {
    execFileSync('which', [command], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
};

/** Why no node can be started; undefined where one can. */
export const whyNoRabbit = (): string | undefined => {
  const missing = [
    ...(findScript() === undefined ? ['rabbitmq-server'] : []),
    ...['epmd', 'erl_call'].filter((command) => !canRun(command)),
  ];
  return missing.length === 0 ? undefined : `there is no ${missing.join(' and no ')} on the PATH`;
};

const configOf = (port: number, definitions: string): string =>
  [
    `listeners.tcp.1 = 127.0.0.1:${String(port)}`,
    'disk_free_limit.absolute = 1MB',
    'vm_memory_high_watermark.absolute = 1GB',
    'log.file.level = warning',
    `load_definitions = ${definitions}`,
    '',
  ].join('\n');

const definitions = {
  users: [{ name: 'guest', password: 'guest', tags: 'administrator' }],
  vhosts: [{ name: '/' }],
  permissions: [{ user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' }],
};

interface Names {
  node: string;
  cookie: string;
  epmdPort: number;
  env: NodeJS.ProcessEnv;
}

const prepare = async (dir: string): Promise<Names> => {
  mkdirSync(join(dir, 'home'), { recursive: true });
  writeFileSync(join(dir, 'definitions.json'), JSON.stringify(definitions));
  writeFileSync(join(dir, 'plugins'), '[].\n');
  const epmdPort = await freePort();
  const node = `faults${randomBytes(4).toString('hex')}@localhost`;
  const cookie = randomBytes(8).toString('hex');
  const env = {
    PATH: process.env['PATH'],
    HOME: join(dir, 'home'),
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: node,
    RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'plugins'),
    // One scheduler: a second would only wait for the first, and take time from the services.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-setcookie ${cookie} +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none`,
  };
  return { node, cookie, epmdPort, env };
};

/** Starts a node, its data below `dir`. */
export const startRabbit = async (herd: Herd, dir: string): Promise<RabbitNode> => {
  const script = findScript();
  if (script === undefined) throw new Error('there is no rabbitmq-server');
  const { node, cookie, epmdPort, env } = await prepare(dir);
  herd.launch('epmd', { command: 'epmd', args: ['-port', String(epmdPort)], env, cwd: dir });
  // A node that finds none starts one of its own, which would outlive us.
  await waitFor(() => isListening(epmdPort), { deadlineMs: epmdMsMax, what: 'the port mapper of Erlang' });
  let running: Proc | undefined;
  let port = 0;

  const call = async (args: readonly string[], code = ''): Promise<void> => {
    const promise = run('erl_call', ['-c', cookie, '-n', node, ...args], { env, timeout: callMsMax });
    // Who reads no code may have ended before this is written; how it ended is told by `promise`.
    promise.child.stdin?.on('error', () => undefined).end(code);
    await promise;
  };

  /** @returns whether it is there; false when it has ended, as when somebody else has taken its port meanwhile */
  const tryOnce = async (deadlineMs: number): Promise<boolean> => {
    port = await freePort();
    writeFileSync(join(dir, 'rabbitmq.conf'), configOf(port, join(dir, 'definitions.json')));
    const ports = { RABBITMQ_NODE_PORT: String(port), RABBITMQ_DIST_PORT: String(await freePort()) };
    const proc = herd.launch('rabbit', { command: script, args: [], env: { ...env, ...ports }, cwd: dir });
    running = proc;
    const url = `amqp://guest:guest@127.0.0.1:${String(port)}`;
    const isSettled = async (): Promise<boolean> => !proc.isRunning() || (await isBrokerThere(url));
    await waitFor(isSettled, { deadlineMs, intervalMs: 200, what: 'a RabbitMQ node' });
    return proc.isRunning();
  };
  const start = async (): Promise<void> => {
    const untilMs = performance.now() + upMsMax;
    while (!(await tryOnce(Math.max(1_000, untilMs - performance.now())))) {
      if (performance.now() > untilMs) throw new Error(`RabbitMQ did not come up in ${upMsMax} ms`);
      await sleep(againMs);
    }
  };
  await start();
  const alarm = `{resource_limit,disk,${node}}`;
  return {
    port: () => port,
    process: () => {
      if (running === undefined) throw new Error('RabbitMQ was never started');
      return running;
    },
    start,
    setDiskFull: (isFull) =>
      call(['-a', isFull ? `rabbit_alarm set_alarm [{${alarm},[]}]` : `rabbit_alarm clear_alarm [${alarm}]`]),
    setQueuesFull: (pattern, isFull) =>
      call(
        ['-e'],
        isFull
          ? `rabbit_policy:set(<<"/">>, <<"full">>, <<"${pattern}">>, [{<<"max-length">>, 1}], 1, <<"queues">>, <<"faults">>).\n`
          : 'rabbit_policy:delete(<<"/">>, <<"full">>, <<"faults">>).\n',
      ),
    stop: async () => {
      await running?.kill();
    },
  };
};
