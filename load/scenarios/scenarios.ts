import type { Scenario, ScenarioName, Stage, Threshold } from './scenario.js';

const noneFailed: Threshold = { label: 'unexpected or missing answers', of: 'failedShare', atMost: 0 };
const onTime: Threshold = { label: 'sent of what was due', of: 'rateShare', atLeast: 0.99 };
const p99 = (atMost: number): Threshold => ({ label: '99th percentile, ms', of: 'p99Ms', atMost });

/** A bit of everything that people and keepers do, some four in ten requests of it writes. */
const everything = {
  ...{ browse: 30, buy: 40, reserve: 8, order: 10, keep: 5, create: 0.5, report: 0.5 },
  'sign-in': 1,
};

const steady = (seconds: number, perSecond: number): Stage => ({ seconds, from: perSecond, to: perSecond });

/** Takes the length and the height that the caller wishes, where he wishes any. */
export interface Wishes {
  seconds?: number;
  perSecond?: number;
  buyers?: number;
  units?: number;
  connections?: number;
}

const browse = ({ seconds = 30 }: Wishes): Scenario => ({
  name: 'browse',
  about: 'visitors look through lists and products, as fast as they are answered',
  pace: { kind: 'closed', seconds },
  ...{ connections: 100, buyers: 1_000, products: 100, units: 1_000, journeys: { browse: 1 } },
  thresholds: [noneFailed, p99(250)],
  ...{ intervalMs: 1_000, sampleMs: 1_000, flat: false },
});

const drop = ({ seconds = 120, units = 100 }: Wishes): Scenario => ({
  name: 'drop',
  about: 'every buyer looks at one scarce product and tries to buy it, all at once',
  pace: { kind: 'once', secondsMax: seconds },
  ...{ connections: 250, buyers: 10_000, products: 1, units, journeys: { drop: 1 } },
  thresholds: [
    noneFailed,
    { label: 'units sold, no fewer', of: 'unitsSold', atLeast: units },
    { label: 'units sold, no more', of: 'unitsSold', atMost: units },
    p99(1_000),
  ],
  ...{ intervalMs: 100, sampleMs: 100, flat: false },
});

const mixed = ({ seconds = 60, perSecond = 400 }: Wishes): Scenario => ({
  name: 'mixed',
  about: 'reads, purchases, reservations, orders, edits and reports at a fixed rate',
  pace: { kind: 'open', stages: [steady(seconds, perSecond)] },
  ...{ connections: 100, buyers: 2_000, products: 50, units: 2_000, journeys: everything },
  thresholds: [noneFailed, onTime, p99(250)],
  ...{ intervalMs: 1_000, sampleMs: 1_000, flat: false },
});

const spikeStages = (seconds: number, perSecond: number): Stage[] => {
  const [calm, steep] = [perSecond / 20, seconds / 20];
  return [
    steady(seconds * 0.25, calm),
    { seconds: steep, from: calm, to: perSecond },
    steady(seconds * 0.25, perSecond),
    { seconds: steep, from: perSecond, to: calm },
    steady(seconds * 0.4, calm),
  ];
};

const spike = ({ seconds = 40, perSecond = 1_000 }: Wishes): Scenario => ({
  name: 'spike',
  about: 'twenty times the usual load within a moment, and back',
  pace: { kind: 'open', stages: spikeStages(seconds, perSecond) },
  ...{ connections: 200, buyers: 2_000, products: 50, units: 2_000, journeys: everything },
  thresholds: [
    { ...noneFailed, atMost: 0.01 },
    p99(2_000),
    { label: '99th percentile once it is over, ms', of: 'p99Ms', lastSeconds: seconds / 5, atMost: 250 },
  ],
  ...{ intervalMs: 1_000, sampleMs: 1_000, flat: false },
});

const soak = ({ seconds = 3_600, perSecond = 80 }: Wishes): Scenario => ({
  name: 'soak',
  about: 'the mixed load at a moderate rate for an hour: nothing may grow',
  pace: { kind: 'open', stages: [steady(seconds, perSecond)] },
  ...{ connections: 50, buyers: 2_000, products: 100, units: 500, journeys: everything },
  thresholds: [noneFailed, onTime, p99(500)],
  ...{ intervalMs: 10_000, sampleMs: 10_000, flat: true },
});

const makers: Record<ScenarioName, (wishes: Wishes) => Scenario> = { browse, drop, mixed, spike, soak };

/** The scenario of this name, as long, high and large as is wished. */
export const scenarioOf = (name: ScenarioName, wishes: Wishes): Scenario => {
  const made = makers[name](wishes);
  return {
    ...made,
    buyers: wishes.buyers ?? made.buyers,
    units: wishes.units ?? made.units,
    connections: Math.min(wishes.connections ?? made.connections, wishes.buyers ?? made.buyers),
  };
};
