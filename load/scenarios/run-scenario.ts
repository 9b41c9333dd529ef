import { randomBytes } from 'node:crypto';
import type { Cleanup } from '../bench/cleanup.js';
import { audit } from './audit.js';
import type { GeneratorSpec } from './generator-spec.js';
import type { AuditResult, Interval, LoadReport } from './load-report.js';
import { lengthMsOf } from './pace.js';
import { createProgress } from './progress.js';
import { runGenerator } from './run-generator.js';
import { createSampler } from './sampler.js';
import type { Scenario } from './scenario.js';
import type { Shop } from './shop.js';
import { judgeThresholds } from './thresholds.js';
import { judgeTrends } from './trend.js';

export interface ScenarioDeps {
  /** The generator's compiled script. */
  script: string;
  seed: number;
  cleanup: Cleanup;
}

/** What the generator gets beside the load itself: its start, the last answers. */
const marginMs = 120_000;
/** Before memory is held to be where it belongs: caches fill, code is compiled. */
const warmUpSecondsMax = 300;

const offer = async ({ api, keeper }: Shop, { products, units }: Scenario, tag: string): Promise<string[]> => {
  const ids: string[] = [];
  for (let number = 1; number <= products; number++) {
    const body = { name: `Load product ${String(number)}`, price: 1999, stock: units, tags: [tag] };
    ids.push((await api.call<{ id: string }>('POST', '/products', keeper(), body)).data.id);
  }
  return ids;
};

const specOf = (scenario: Scenario, shop: Shop, products: readonly string[], seed: number): GeneratorSpec => ({
  origin: shop.origin,
  ...{ pace: scenario.pace, connections: scenario.connections, journeys: scenario.journeys },
  ...{ buyers: shop.buyers(), visitors: scenario.buyers, keeper: shop.keeper(), accounts: shop.accounts },
  ...{ products, intervalMs: scenario.intervalMs, seed },
});

const settingsOf = ({ connections, buyers, products, units, pace }: Scenario, seed: number) => ({
  ...{ connections, buyers, products, 'units of each': units, seed },
  ...(pace.kind === 'open' ? { 'requests a second': Math.max(...pace.stages.map(({ to }) => to)) } : {}),
});

/** What has been measured is told even where the audit could not be done, which is a fault like any other. */
const notAudited = (error: unknown): AuditResult => ({
  ...{ received: 0, stock: 0, reserved: 0, sold: 0, purchases: 0, orders: 0, unknown: 0 },
  faults: [`the audit could not be done: ${error instanceof Error ? error.message : String(error)}`],
});

/** Puts products on sale, runs the load and looks on, waits until all has come to rest, audits and judges. */
export const runScenario = async (scenario: Scenario, shop: Shop, deps: ScenarioDeps): Promise<LoadReport> => {
  const tag = `load-${randomBytes(4).toString('hex')}`;
  const productIds = await offer(shop, scenario, tag);
  await shop.settle();
  const startedAt = new Date();
  const startedMs = performance.now();
  const intervals: Interval[] = [];
  const say = createProgress(scenario);
  const deadlineMs = lengthMsOf(scenario.pace) + marginMs;
  const generator = runGenerator(deps.script, specOf(scenario, shop, productIds, deps.seed), deadlineMs, (message) => {
    intervals.push(message.interval);
    say(message.interval);
  });
  deps.cleanup.add(generator.stop);
  shop.onFreshTokens(generator.refresh);
  const sampler = createSampler({
    ...{ api: shop.api, pids: shop.pids, everyMs: scenario.sampleMs },
    ...(shop.metricsToken === undefined ? {} : { metricsToken: shop.metricsToken }),
    productsQuery: `tag=${tag}&limit=100`,
    generatorPid: () => generator.pid,
  });
  const sampling = sampler.run(startedMs);
  const found = await generator.result.finally(sampler.stop);
  await sampling;
  const audited = await audit(shop.api, { productIds, keeper: shop.keeper, promised: found }).catch(notAudited);
  const samples = sampler.samples();
  const measured = {
    ...{ all: found.all, intervals, outcomes: found.outcomes, audit: audited },
    ...{ seconds: found.seconds, skipped: found.skipped },
  };
  return {
    tool: 'autocannon',
    ...{ scenario: scenario.name, about: scenario.about, startedAt: startedAt.toISOString() },
    seconds: Number(found.seconds.toPrecision(5)),
    ...{ settings: settingsOf(scenario, deps.seed), machine: shop.machine },
    ...{ all: found.all, actions: found.actions, outcomes: found.outcomes, intervals, samples },
    thresholds: judgeThresholds(scenario.thresholds, measured),
    trends: scenario.flat ? judgeTrends(samples, Math.min(warmUpSecondsMax, found.seconds / 5)) : [],
    audit: audited,
    notes: [],
  };
};
