import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { brokerUrl } from '../broker-url.js';
import type { Cleanup } from './cleanup.js';
import { compileBench } from './compile.js';
import { brokerVersion, describeMachine, loadNow, startDatabases, type Machine } from './environment.js';
import type { Participant } from './participant.js';
import type { RunDeps } from './run-deps.js';
import type { ServerKind } from './scenario.js';
import { createServers } from './servers.js';
import { createShelf } from './shelf.js';

/** What every run stands on. */
export interface Ground {
  machine: Machine;
  /** Logs and data, gone at the end. */
  directory: string;
  /** Starts a server when it is first asked for. */
  get: (kind: ServerKind) => Promise<Participant>;
  deps: RunDeps;
}

export interface GroundOptions {
  /** What the service's processes are told beside their usual settings, when the folder and the compiled code are known. */
  serviceEnv?: (directory: string, compiled: RunDeps['compiled']) => NodeJS.ProcessEnv;
}

/** Starts the databases and makes everything ready; all of it ends with `cleanup`. */
export const prepareGround = async (
  root: string,
  cleanup: Cleanup,
  { serviceEnv }: GroundOptions = {},
): Promise<Ground> => {
  const loadBefore = loadNow();
  const runTag = randomBytes(4).toString('hex');
  // Beside the code, on a real disk: a temporary folder may be memory, where a purchase on disk costs nothing.
  const directory = join(root, '.data', `bench-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  cleanup.add(() => rmSync(directory, { recursive: true, force: true }));
  const compiled = compileBench(root, join(directory, 'compiled'));
  const { mongod, redis } = await startDatabases(directory, cleanup);
  const told = serviceEnv === undefined ? {} : { serviceEnv: serviceEnv(directory, compiled) };
  const get = createServers({
    root,
    directory,
    runTag,
    compiled,
    mongod,
    redis,
    rabbitUrl: brokerUrl,
    cleanup,
    ...told,
  });
  const deps = { client: mongod.client, mongodPid: mongod.process.pid, compiled, shelf: createShelf() };
  const versions = { redis: redis.version, rabbitmq: await brokerVersion(brokerUrl) };
  return {
    machine: { ...describeMachine(mongod.version, versions), loadAtStart: loadBefore },
    directory,
    get,
    deps,
  };
};
