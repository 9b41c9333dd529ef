import type { mongo } from 'mongoose';
import type { Scene } from './actors/scene.js';
import { createCaller, newCounts, openEndpoints, type Counts } from './caller.js';
import { disturb } from './disturb.js';
import { emptyRecord, type Evidence, type Record } from './evidence.js';
import { gather } from './gather.js';
import { makeGoods } from './goods.js';
import type { Plan } from './plan.js';
import { createDice, mixSeed } from './random.js';
import type { LoadCounts, RunResult } from './result.js';
import { auditWhenQuiet, releaseLong, repeatSome } from './settle.js';
import { createPeople } from './system/people.js';
import type { System } from './system/system.js';
import type { Witness } from './witness.js';
import { untilWhole } from './whole.js';

export interface RunDeps {
  system: System;
  /** For the runner's own looks, past the services. */
  client: mongo.MongoClient;
  witness: Witness | undefined;
  plan: Plan;
}

const callerDice = 1_000;
const settleDice = 1_001;

const prepare = async ({ system, plan }: RunDeps, counts: Counts): Promise<Scene & { close: () => void }> => {
  const endpoints = openEndpoints(system);
  const make = createPeople();
  const tokens = new Map<string, string>();
  const newPerson: Scene['newPerson'] = (role) => {
    const person = make(role);
    tokens.set(person.id, person.token);
    return person;
  };
  const record = emptyRecord();
  const goods = await makeGoods(endpoints.products1.client, newPerson('manager'), plan.load);
  const untilMs = performance.now() + plan.loadMs;
  counts.lastSuccessMs = performance.now();
  return {
    ...{ goods, endpoints, record, newPerson, load: plan.load },
    caller: createCaller(record, counts, createDice(mixSeed(plan.seed, callerDice))),
    tokenOf: (id) => tokens.get(id) ?? '',
    isOpen: () => performance.now() < untilMs,
    close: endpoints.close,
  };
};

const countsOf = (counts: Counts, record: Record, evidence: Evidence | undefined): LoadCounts => ({
  requests: counts.requests,
  unavailable: counts.unavailable,
  unknown: counts.unknown,
  resolved: counts.resolved,
  pauseMsMax: Math.round(counts.pauseMsMax),
  sales: record.sales.length,
  lost: record.lost.length,
  holds: record.holds.length,
  moves: record.moves.length,
  orders: record.orders.length,
  cancels: record.orders.filter(({ isCancelled }) => isCancelled).length,
  reads: record.reads.length,
  hits: record.reads.filter(({ isHit }) => isHit).length,
  lines: evidence?.lines.length ?? 0,
  events: evidence?.events?.length ?? 0,
});

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
};

/** Products of its own, load, faults, quiet, audit. Never rejects: what keeps it from its end is its `error`. */
export const runOnce = async (deps: RunDeps): Promise<RunResult> => {
  const { system, client, witness, plan } = deps;
  const beganMs = performance.now();
  const at = new Date().toISOString();
  const counts = newCounts();
  const result = { seed: plan.seed, digest: plan.digest, members: system.mongo.members.length, at };
  const since = (ms: number): number => Math.round(performance.now() - ms);
  let scene: (Scene & { close: () => void }) | undefined;
  try {
    await untilWhole(system);
    await witness?.listening();
    witness?.forget();
    scene = await prepare(deps, counts);
    const { record, endpoints, goods } = scene;
    const faults = await disturb(system, scene, plan);
    const endedMs = performance.now();
    await witness?.listening();
    await releaseLong(client, scene, createDice(mixSeed(plan.seed, settleDice)));
    await repeatSome(scene);
    const crashes = [...system.services.values()].flatMap((service) => service.crashes());
    const manager = scene.newPerson('manager');
    const productIds = Object.values(goods) as string[];
    const look = () => gather({ system, client, witness, endpoints, manager, productIds, record }, crashes);
    const { audit, evidence } = await auditWhenQuiet(look);
    const load = countsOf(counts, record, evidence);
    return { ...result, faults, load, audit, tookMs: since(beganMs), quietMs: since(endedMs) };
  } catch (error) {
    const load = countsOf(counts, scene?.record ?? emptyRecord(), undefined);
    const unhealed = { faults: plan.faults.map((fault) => ({ fault })), audit: [], quietMs: 0 };
    return { ...result, ...unhealed, load, error: reasonOf(error), tookMs: since(beganMs) };
  } finally {
    scene?.close();
  }
};
