import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { Closers } from '../../src/utils/closers.js';
import type { Flags } from './flags.js';
import { planOf, sayFault } from './plan.js';
import { isClean, type RunResult } from './result.js';
import { runOnce } from './run.js';
import { startSystem, type System, type SystemOptions } from './system/system.js';
import { openWitness, type Witness } from './witness.js';

/** A system grows old with its runs, as its data does; then another one takes its place. */
const runsPerSystem = 20;
const faultsShownMax = 5;
const startTriesMax = 3;
const clientCloseMsMax = 5_000;
/** What has not ended by then is ended with this process, by the last word of the herd. */
const closeMsMax = 60_000;

export interface SeriesDeps extends Pick<SystemOptions, 'mongod' | 'compiled'> {
  flags: Flags;
  /** Below it each system has a folder, which stays when a run of it fails. */
  dir: string;
  print: (line: string) => void;
  isStopped: () => boolean;
  /** What has to be ended on every way out is added there. */
  closers: Pick<Closers, 'add'>;
}

interface Ground {
  system: System;
  client: mongoose.mongo.MongoClient;
  witness: Witness | undefined;
  runs: number;
  close: () => Promise<void>;
}

const openGround = async (deps: SeriesDeps, dir: string): Promise<Ground> => {
  const { flags, mongod, compiled, print } = deps;
  mkdirSync(dir, { recursive: true });
  const warn = (line: string): void => print(`!!! ${line}`);
  const system = await startSystem({ dir, mongod, compiled, members: flags.members, warn });
  const client = new mongoose.mongo.MongoClient(system.mongo.uri(''), { serverSelectionTimeoutMS: 60_000 });
  const witness = system.split ? openWitness(system.broker, warn) : undefined;
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await witness?.close();
    await Promise.race([client.close().catch(() => undefined), sleep(clientCloseMsMax)]);
    await system.close();
  };
  const close = (): Promise<void> => (closing ??= closeAll());
  deps.closers.add('system', close);
  return { system, client, witness, runs: 0, close };
};

/** What went wrong, with what is needed to look for it. */
const explain = ({ seed, faults, audit, error }: RunResult, dir: string): string[] => [
  `FAILED: seed ${String(seed)}; repeat it by: npm run faults -- --seed ${String(seed)} --runs 1`,
  ...faults.map(
    ({ fault, met, skipped }) =>
      `  fault: ${sayFault(fault)}${met ? ` -> ${met}` : ''}${skipped ? ` (skipped: ${skipped})` : ''}`,
  ),
  ...(error === undefined ? [] : [`  not carried through: ${error}`]),
  ...audit.flatMap(({ line, faults: found }) => [
    `  audit: ${line}: ${String(found.length)} faults`,
    ...found.slice(0, faultsShownMax).map((fault) => `    ${fault}`),
  ]),
  `  logs and data are kept in ${dir}`,
];

const progressOf = (result: RunResult, done: number, runs: number): string => {
  const { seed, digest, faults, load, tookMs, quietMs } = result;
  const said = faults
    .map(({ fault, skipped }) => `${fault.kind} ${fault.target}${skipped ? ' (skipped)' : ''}`)
    .join(', ');
  return [
    `${String(done)}/${String(runs)} seed ${String(seed)} plan ${digest} ${isClean(result) ? 'clean' : 'FAILED'}`,
    `${(tookMs / 1_000).toFixed(1)} s (quiet after ${(quietMs / 1_000).toFixed(1)} s)`,
    `${String(load.requests)} requests, ${String(load.unavailable)} 503, ${String(load.resolved)}/${String(load.unknown)} unknown resolved, ${String(load.lines)} lines`,
    said,
  ].join(' | ');
};

/** Runs every seed, on as many systems as wanted side by side. @returns the results, in the order of their ends */
export const runSeries = async (deps: SeriesDeps): Promise<RunResult[]> => {
  const { flags, dir, print, isStopped } = deps;
  const results: RunResult[] = [];
  let begun = 0;
  let systems = 0;

  /** A machine that is busy with other things must not end a series of hours. @returns undefined when the series was ended meanwhile */
  const openAgain = async (groundDir: string): Promise<Ground | undefined> => {
    for (let tries = 1; !isStopped(); tries++) {
      try {
        return await openGround(deps, groundDir);
      } catch (error) {
        if (isStopped()) return undefined;
        if (tries >= startTriesMax) throw error;
        print(
          `!!! a system did not start, and is started again: ${error instanceof Error ? error.message : String(error)}`,
        );
        rmSync(groundDir, { recursive: true, force: true, maxRetries: 5 });
      }
    }
    return undefined;
  };

  const work = async (): Promise<void> => {
    let ground: Ground | undefined;
    let groundDir = '';
    const end = async (isKept: boolean): Promise<void> => {
      if (ground === undefined) return;
      await Promise.race([ground.close(), sleep(closeMsMax)]);
      ground = undefined;
      if (!isKept) rmSync(groundDir, { recursive: true, force: true, maxRetries: 5 });
    };
    while (begun < flags.runs && !isStopped()) {
      const plan = planOf(flags.seed + begun++);
      if (ground === undefined) {
        groundDir = join(dir, `system-${String(++systems)}`);
        ground = await openAgain(groundDir);
        if (ground === undefined) break;
      }
      const result = await runOnce({ ...ground, plan });
      ground.runs++;
      // What was broken off in the middle says nothing.
      if (isStopped()) break;
      results.push(result);
      if (flags.results !== undefined) appendFileSync(flags.results, `${JSON.stringify(result)}\n`);
      print(progressOf(result, results.length, flags.runs));
      if (!isClean(result)) for (const line of explain(result, groundDir)) print(line);
      if (!isClean(result) || ground.runs >= runsPerSystem) await end(!isClean(result));
    }
    await end(false);
  };
  await Promise.all(Array.from({ length: flags.parallel }, work));
  return results;
};
