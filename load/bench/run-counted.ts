import { setTimeout as sleep } from 'node:timers/promises';
import { buyerFaults, cacheFaults, strayAnswers } from './answer-faults.js';
import { askChild } from './ask-child.js';
import { auditGoods } from './audit-goods.js';
import type { LoadResult, LoadSpec } from './load-spec.js';
import type { Participant } from './participant.js';
import { readCommands } from './read-cost.js';
import { counting, countingRest } from './resting.js';
import { marginMs, type RunDeps, type RunTimes } from './run-deps.js';
import type { Run } from './run.js';
import type { CountedScenario } from './scenario.js';
import { enterSales, type Goods } from './shelf.js';
import { buyerSpec, targetOf } from './specs.js';
import { whileBuying } from './while-buying.js';
import { answersOf, windowFigures } from './window-figures.js';

const expectedStatus = 200;
const noWarmUp = { warmMs: 0, warmAnswersMin: 0, warmMsMax: 0 };

const specOf = (
  { connections, headers = [] }: CountedScenario,
  participant: Participant,
  goods: Goods,
  { mongodPid }: RunDeps,
): Omit<LoadSpec, keyof RunTimes> => ({
  ports: participant.ports,
  connections,
  ...targetOf('product', goods, participant),
  order: 'zipf',
  sweep: false,
  headers,
  customers: [],
  keyed: false,
  body: null,
  expectedStatus,
  watch: false,
  cpuPids: { server: participant.pids, mongod: [mongodPid] },
});

/** The spans in which the counters are read, one after the other. */
const runSpans = async (
  { buyersPerSecond }: CountedScenario,
  participant: Participant,
  goods: Goods,
  deps: RunDeps,
  times: RunTimes,
  ask: (change: Partial<LoadSpec>) => Promise<LoadResult>,
) => {
  const deadlineMs = times.measureMs + marginMs;
  const warmAnswersMin = Math.max(times.warmAnswersMin, 2 * goods.ids.length);
  await ask({ ...times, warmAnswersMin, sweep: true, measureMs: 0 });
  const idle = await countingRest(deps.client);
  const read = () => ask({ ...noWarmUp, measureMs: times.measureMs });
  if (buyersPerSecond === undefined) {
    const reading = await counting(deps.client, read);
    return { idle, sellingAlone: null, reading: reading.span, result: reading.done, bought: null };
  }
  const buying = <T>(work: () => Promise<T>) =>
    whileBuying(deps, buyerSpec(participant, goods, 'zipf', buyersPerSecond), deadlineMs, work);
  const alone = await counting(deps.client, () => buying(() => sleep(times.measureMs)));
  enterSales(goods, alone.done.bought.soldPerId);
  const reading = await counting(deps.client, () => buying(read));
  const { done: result, bought } = reading.done;
  enterSales(goods, bought.soldPerId);
  return { idle, sellingAlone: alone.span, reading: reading.span, result, bought };
};

/**
 * Counts what reads cost MongoDB, by its own counters: the warm-up first, which asks for each product once; then a span of
 * rest; then, where others buy, a span of purchases alone; then the reads, with the purchases beside them.
 */
export const runCounted = async (
  scenario: CountedScenario,
  participant: Participant,
  deps: RunDeps,
  times: RunTimes,
): Promise<Run> => {
  const goods = await deps.shelf(scenario.server, participant, scenario.wares);
  const spec = specOf(scenario, participant, goods, deps);
  const deadlineMs = times.warmMsMax + times.measureMs + marginMs;
  const ask = (change: Partial<LoadSpec>) =>
    askChild<LoadResult>(deps.compiled('load/bench/generator.ts'), { ...spec, ...times, ...change }, deadlineMs);
  const spans = await runSpans(scenario, participant, goods, deps, times, ask);
  const { idle, sellingAlone, reading, result, bought } = spans;
  const answers = answersOf(result);
  return {
    ...windowFigures(result),
    mongoCommands: readCommands(reading, idle, sellingAlone) / answers,
    mongoWrites: reading.counts.writes / answers,
    counted: true,
    ...(bought ? { soldBeside: bought.perSecond } : {}),
    faults: [
      ...strayAnswers(result, expectedStatus),
      ...cacheFaults(result, scenario.cache),
      ...(bought ? buyerFaults(bought, scenario.buyersPerSecond ?? 0) : []),
      ...(await auditGoods(participant, goods, scenario.wares)),
    ],
  };
};
