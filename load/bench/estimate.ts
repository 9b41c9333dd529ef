import type { Settings } from './flags.js';
import { firstWarm, isLasting, laterWarm, roundsOf } from './rounds.js';
import type { Scenario, ServerKind } from './scenario.js';

/** Seconds, as measured on two cores. */
const around = {
  /** Making products, starting a generator, waiting for what is left behind, the audit. */
  run: 4,
  /** A thousand products over HTTP, and the report that is made of each. */
  thousandProducts: 10,
  start: 4,
  /** Seeding and indexes, for each of a million products. */
  millionSeeded: 120,
  /** Bursts have no window. */
  bursts: 3,
  /** Reading a ledger of minutes at full load, for each minute. */
  auditPerMinute: 8,
} as const;

const seeded: Partial<Record<ServerKind, number>> = {
  'ours-1k': 1e3,
  'ours-10k': 1e4,
  'ours-100k': 1e5,
  'ours-1m': 1e6,
};

const preparing = (scenario: Scenario): number =>
  around.run + (seeded[scenario.server] === undefined && scenario.wares.products >= 1000 ? around.thousandProducts : 0);

const secondsOf = (scenario: Scenario, settings: Pick<Settings, 'rounds' | 'seconds' | 'minutes'>): number => {
  if (isLasting(scenario)) return settings.minutes * (60 + around.auditPerMinute) + around.run;
  const rounds = roundsOf(scenario, settings);
  if (scenario.kind === 'burst') return rounds * (around.run + around.bursts);
  const warming = (firstWarm.warmMs + (rounds - 1) * laterWarm.warmMs) / 1000;
  return rounds * (preparing(scenario) + settings.seconds) + warming;
};

/** About how many seconds the whole will take; for people who wait. */
export const estimateSeconds = (
  wanted: readonly Scenario[],
  settings: Pick<Settings, 'rounds' | 'seconds' | 'minutes'>,
): number => {
  const servers = new Set(wanted.map(({ server }) => server));
  const starts = [...servers].reduce(
    (sum, server) => sum + around.start + ((seeded[server] ?? 0) / 1e6) * around.millionSeeded,
    0,
  );
  return starts + wanted.reduce((sum, scenario) => sum + secondsOf(scenario, settings), 0);
};
