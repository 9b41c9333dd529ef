import { buyerFaults, cacheFaults, strayAnswers } from './answer-faults.js';
import { askChild } from './ask-child.js';
import { auditGoods } from './audit-goods.js';
import type { BuyerResult } from './buyer-spec.js';
import type { Hearing } from './hearing.js';
import type { LoadResult, LoadSpec } from './load-spec.js';
import { memoryFigures, watchMemory, type MemorySample } from './memory.js';
import type { Participant } from './participant.js';
import { counting, countingRest, writesBesidesRest } from './resting.js';
import { marginMs, type RunDeps, type RunTimes } from './run-deps.js';
import type { Run } from './run.js';
import type { LoadScenario } from './scenario.js';
import { enterSales, type Goods } from './shelf.js';
import { buyerSpec, sendersOf, targetOf } from './specs.js';
import { judgeReads } from './stale-reads.js';
import { whileBuying } from './while-buying.js';
import { answersOf, windowFigures } from './window-figures.js';

interface Findings {
  figures: Partial<Run>;
  faults: string[];
}

const nothing: Findings = { figures: {}, faults: [] };

const specOf = (
  scenario: LoadScenario,
  participant: Participant,
  goods: Goods,
  deps: RunDeps,
  times: RunTimes,
): LoadSpec => ({
  ports: participant.ports,
  connections: scenario.connections,
  ...times,
  ...targetOf(scenario.work, goods, participant),
  order: scenario.order,
  headers: scenario.headers ?? [],
  ...sendersOf(scenario, participant),
  expectedStatus: scenario.expectedStatus,
  watch: scenario.buyersPerSecond !== undefined,
  cpuPids: { server: participant.pids, mongod: [deps.mongodPid] },
  ...(deps.marksWindows === true ? { markedPids: participant.pids } : {}),
});

/** What the readers and those who bought beside them have to be told, where there were any of the latter. */
const besideOf = (bought: BuyerResult | null, result: LoadResult, scenario: LoadScenario): Findings => {
  if (bought === null || result.reads === null) return nothing;
  const verdict = judgeReads(result.reads, bought.sales, scenario.wares.stock);
  return {
    figures: { soldBeside: bought.perSecond },
    faults: [...verdict.faults, ...buyerFaults(bought, scenario.buyersPerSecond ?? 0)],
  };
};

/** What a listener was told of the sales, where there was one. */
const toldOf = async (hearing: Hearing | null, goods: Goods): Promise<Findings> => {
  if (hearing === null) return nothing;
  const { toldMs, faults } = await hearing.untilTold(goods);
  return { figures: { toldMs }, faults };
};

const memoryOf = (samples: MemorySample[] | undefined): Findings => {
  if (samples === undefined) return nothing;
  const figures = memoryFigures(samples);
  if (figures === null) return { figures: {}, faults: ['too little was seen of the memory'] };
  const { minuteOneMiB, endMiB } = figures;
  return { figures: { memoryEndMiB: endMiB, memoryGrowth: endMiB / minuteOneMiB, memory: samples }, faults: [] };
};

/** The load itself, with what others do and see meanwhile. */
const load = async (
  scenario: LoadScenario,
  participant: Participant,
  goods: Goods,
  deps: RunDeps,
  times: RunTimes,
): Promise<{ result: LoadResult; findings: Findings[] }> => {
  const deadlineMs = times.warmMsMax + times.measureMs + marginMs;
  const { buyersPerSecond } = scenario;
  const spec = specOf(scenario, participant, goods, deps, times);
  const memory = scenario.lasting ? watchMemory(participant.pids) : null;
  const read = () =>
    askChild<LoadResult>(deps.compiled('load/bench/generator.ts'), spec, deadlineMs).finally(() => memory?.stop());
  const { done: result, bought } =
    buyersPerSecond === undefined
      ? { done: await read(), bought: null }
      : await whileBuying(deps, buyerSpec(participant, goods, 'random', buyersPerSecond), deadlineMs, read);
  if (scenario.work === 'purchase') enterSales(goods, result.soldPerId);
  if (bought) enterSales(goods, bought.soldPerId);
  return { result, findings: [besideOf(bought, result, scenario), memoryOf(memory?.stop())] };
};

/** A load from many connections: the window's figures, MongoDB's own counters around the whole run, the audit. */
export const runLoad = async (
  scenario: LoadScenario,
  participant: Participant,
  deps: RunDeps,
  times: RunTimes,
): Promise<Run> => {
  const goods = await deps.shelf(scenario.server, participant, scenario.wares);
  const hearing = scenario.heard ? ((await participant.listen?.()) ?? null) : null;
  try {
    const rest = scenario.restsBefore ? await countingRest(deps.client) : null;
    const { done, span } = await counting(deps.client, () => load(scenario, participant, goods, deps, times));
    const { result } = done;
    const findings = [...done.findings, await toldOf(hearing, goods)];
    await participant.settle?.();
    const answers = answersOf(result);
    return {
      ...windowFigures(result),
      mongoCommands: span.counts.requests / answers,
      mongoWrites: (rest === null ? span.counts.writes : writesBesidesRest(span, rest)) / answers,
      ...findings.reduce<Partial<Run>>((all, { figures }) => ({ ...all, ...figures }), {}),
      faults: [
        ...strayAnswers(result, scenario.expectedStatus),
        ...cacheFaults(result, scenario.cache),
        ...findings.flatMap(({ faults }) => faults),
        ...(await auditGoods(participant, goods, scenario.wares)),
      ],
    };
  } finally {
    await hearing?.close();
  }
};
