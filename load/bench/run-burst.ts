import { askChild } from './ask-child.js';
import { auditGoods } from './audit-goods.js';
import type { BurstResult, BurstSpec } from './burst.js';
import { cpuUsOf } from './cpu.js';
import { countedBetween, readMongoCounters } from './mongo-counters.js';
import type { Participant, Wares } from './participant.js';
import { marginMs, type RunDeps } from './run-deps.js';
import type { Run } from './run.js';
import type { BurstScenario } from './scenario.js';
import { purchaseBody } from './specs.js';
import { median, quantile } from './stats.js';

const burstFaults = (statuses: readonly Record<string, number>[], buyers: number): string[] =>
  statuses
    .filter((count) => count['201'] !== 1 || count['409'] !== buyers - 1)
    .map((count) => `a burst was answered ${JSON.stringify(count)}`);

/** Bursts, one after the other, each with a product of its own. */
export const runBurst = async (scenario: BurstScenario, participant: Participant, deps: RunDeps): Promise<Run> => {
  const warmWares: Wares = { products: 1, stock: 1_000_000 };
  const [warmId = ''] = await participant.offer(warmWares);
  const ids = await participant.offer(scenario.wares);
  const spec: BurstSpec = {
    port: participant.ports[0] ?? 0,
    customers: participant.customers.slice(0, scenario.buyers),
    warmId,
    warmRounds: 20,
    ids,
    body: purchaseBody,
  };
  const before = await readMongoCounters(deps.client);
  const cpuBefore = cpuUsOf(participant.pids);
  const result = await askChild<BurstResult>(deps.compiled('load/bench/burst.ts'), spec, marginMs);
  const counted = countedBetween(before, await readMongoCounters(deps.client));
  const cpuAfter = cpuUsOf(participant.pids);
  const sorted = [...result.wallMs].sort((a, b) => a - b);
  const requests = (ids.length + spec.warmRounds) * scenario.buyers;
  const statuses: Record<string, number> = {};
  for (const [status, count] of result.statuses.flatMap((each) => Object.entries(each))) {
    statuses[status] = (statuses[status] ?? 0) + count;
  }
  const answered = result.statuses.map((count) => count['201'] ?? 0);
  return {
    rate: null,
    p50Ms: median(sorted),
    p99Ms: quantile(sorted, 0.99),
    maxMs: quantile(sorted, 1),
    serverCpuUs: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / requests,
    mongodCpuUs: null,
    mongoCommands: counted.requests / requests,
    mongoWrites: counted.writes / requests,
    statuses,
    faults: [
      ...burstFaults(result.statuses, scenario.buyers),
      ...(await auditGoods(participant, { ids: [warmId], answered: [result.warmServed] }, warmWares)),
      ...(await auditGoods(participant, { ids, answered }, scenario.wares)),
    ],
  };
};
