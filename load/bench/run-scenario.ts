import type { mongo } from 'mongoose';
import { judgeAudit } from './audit.js';
import type { BurstResult, BurstSpec } from './burst.js';
import type { LoadResult, LoadSpec } from './load-spec.js';
import { countedBetween, readMongoCounters } from './mongo-counters.js';
import type { Participant, Wares } from './participant.js';
import type { Run } from './run.js';
import { askChild } from './ask-child.js';
import type { BurstScenario, LoadScenario, Scenario } from './scenarios.js';
import { median, quantile } from './stats.js';

export interface RunDeps {
  client: mongo.MongoClient;
  mongodPid: number;
  compiled: (source: string) => string;
}

export interface RunTimes {
  warmMs: number;
  warmAnswersMin: number;
  warmMsMax: number;
  measureMs: number;
}

const body = JSON.stringify({ quantity: 1 });
/** What a generator gets beside its own times: the last connections' answers, its start. */
const marginMs = 100_000;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const auditOf = async (participant: Participant, ids: readonly string[], answered: readonly number[], wares: Wares) =>
  judgeAudit(await participant.facts(ids, answered, wares));

const specOf = (
  scenario: LoadScenario,
  participant: Participant,
  ids: readonly string[],
  deps: RunDeps,
  times: RunTimes,
): LoadSpec => {
  const sells = scenario.path === 'purchase';
  return {
    ports: participant.ports,
    connections: scenario.connections,
    ...times,
    method: sells ? 'POST' : 'GET',
    pathPrefix: sells ? '/api/v1/products/' : '/constant',
    pathSuffix: sells ? '/purchase' : '',
    ids: sells ? ids : [''],
    order: scenario.order,
    customers: sells ? participant.customers.slice(0, scenario.customers) : [],
    keyed: sells,
    body: sells ? body : null,
    expectedStatus: scenario.expectedStatus,
    cpuPids: { server: participant.pids, mongod: [deps.mongodPid] },
  };
};

const strayAnswers = (result: LoadResult, scenario: LoadScenario): string[] => {
  const faults = result.errors > 0 ? [`${result.errors} broken connections or time-outs`] : [];
  if (Number.isNaN(result.windowMs)) faults.push('the work was used up before the warm-up was over');
  // The one unit of a sold-out product is sold in the warm-up.
  const normal = new Set([String(scenario.expectedStatus), '201']);
  const stray = Object.entries(result.statuses).filter(([status]) => !normal.has(status));
  return [...faults, ...stray.map(([status, count]) => `${count} answers with status ${status}`)];
};

const runLoadScenario = async (
  scenario: LoadScenario,
  participant: Participant,
  deps: RunDeps,
  times: RunTimes,
): Promise<Run> => {
  const ids = await participant.offer(scenario.wares);
  const before = await readMongoCounters(deps.client);
  const spec = specOf(scenario, participant, ids, deps, times);
  const deadlineMs = times.warmMsMax + times.measureMs + marginMs;
  const result = await askChild<LoadResult>(deps.compiled('load/bench/generator.ts'), spec, deadlineMs);
  const counted = countedBetween(before, await readMongoCounters(deps.client));
  const answers = sum(Object.values(result.statuses));
  const perAnswer = (cpuUs: number | null | undefined) => (cpuUs == null ? null : cpuUs / result.windowAnswers);
  return {
    rate: (result.windowServed / result.windowMs) * 1000,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    maxMs: result.maxMs,
    serverCpuUs: perAnswer(result.cpuUs['server']),
    mongodCpuUs: perAnswer(result.cpuUs['mongod']),
    mongoCommands: counted.requests / answers,
    mongoWrites: counted.writes / answers,
    statuses: result.statuses,
    faults: [...strayAnswers(result, scenario), ...(await auditOf(participant, ids, result.soldPerId, scenario.wares))],
  };
};

const burstFaults = (statuses: readonly Record<string, number>[], buyers: number): string[] =>
  statuses
    .filter((count) => count['201'] !== 1 || count['409'] !== buyers - 1)
    .map((count) => `a burst was answered ${JSON.stringify(count)}`);

const runBurstScenario = async (scenario: BurstScenario, participant: Participant, deps: RunDeps): Promise<Run> => {
  const warmWares: Wares = { products: 1, stock: 1_000_000 };
  const [warmId = ''] = await participant.offer(warmWares);
  const ids = await participant.offer(scenario.wares);
  const spec: BurstSpec = {
    port: participant.ports[0] ?? 0,
    customers: participant.customers.slice(0, scenario.buyers),
    warmId,
    warmRounds: 20,
    ids,
    body,
  };
  const before = await readMongoCounters(deps.client);
  const result = await askChild<BurstResult>(deps.compiled('load/bench/burst.ts'), spec, marginMs);
  const counted = countedBetween(before, await readMongoCounters(deps.client));
  const sorted = [...result.wallMs].sort((a, b) => a - b);
  const requests = (ids.length + spec.warmRounds) * scenario.buyers;
  const statuses: Record<string, number> = {};
  for (const [status, count] of result.statuses.flatMap((each) => Object.entries(each))) {
    statuses[status] = (statuses[status] ?? 0) + count;
  }
  return {
    rate: null,
    p50Ms: median(sorted),
    p99Ms: quantile(sorted, 0.99),
    maxMs: quantile(sorted, 1),
    serverCpuUs: null,
    mongodCpuUs: null,
    mongoCommands: counted.requests / requests,
    mongoWrites: counted.writes / requests,
    statuses,
    faults: [
      ...burstFaults(result.statuses, scenario.buyers),
      ...(await auditOf(participant, [warmId], [result.warmServed], warmWares)),
      ...(await auditOf(
        participant,
        ids,
        result.statuses.map((count) => count['201'] ?? 0),
        scenario.wares,
      )),
    ],
  };
};

/** Runs one scenario once: new products, the load, MongoDB's own counters around it, the audit. */
export const runScenario = async (
  scenario: Scenario,
  participant: Participant,
  deps: RunDeps,
  times: RunTimes,
): Promise<Run> => {
  const run =
    scenario.kind === 'load'
      ? await runLoadScenario(scenario, participant, deps, times)
      : await runBurstScenario(scenario, participant, deps);
  participant.tidy();
  return run;
};
