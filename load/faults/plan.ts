import { createHash } from 'node:crypto';
import { kinds, type Kind, type KindName } from './kinds.js';
import { createDice, mixSeed, type Dice } from './random.js';

export interface PlannedFault {
  /** From the beginning of the load. */
  atMs: number;
  kind: KindName;
  target: string;
  /** Until it is healed. */
  lastsMs: number;
  /** What it counts depends on the kind. */
  amount: number;
}

export interface LoadPlan {
  /** How many people of each sort are at work at the same time. */
  buyers: number;
  holders: number;
  orderers: number;
  readers: number;
  /** Between two calls of one of them, on average. */
  thinkMs: number;
  /** Units of the scarce product. */
  scarce: number;
  /** Units that one customer may have of the limited product. */
  perCustomer: number;
}

/** What a run does; the same seed makes the same. What the scheduler, the network and the databases make of it is not repeatable. */
export interface Plan {
  seed: number;
  /** How long people begin new things. */
  loadMs: number;
  faults: readonly PlannedFault[];
  load: LoadPlan;
  /** Of all of the above: equal plans have equal digests. */
  digest: string;
}

const firstAtMs = 300;
const lastAtMs = 3_000;
/** People go on for so long after the last fault is over, so that it is seen how things go on. */
const afterMs = 800;
const loadMsMin = 4_000;
const drawsMax = 50;

const drawKind = (dice: Dice): Kind & { name: KindName } => {
  let left = dice.share() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of kinds) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return kinds[0];
};

/** What a fault keeps busy: two on the same thing at once would heal each other. */
const groundOf = ({ target, kind }: Pick<PlannedFault, 'target' | 'kind'>): string => {
  // Two of three members away is an outage of its own, and one that no fault here is meant to be.
  if (target.includes('mongo') || kind === 'mongo-disk-full') return 'mongo';
  if (kind === 'rabbit-disk-full' || kind === 'broker-queue-full') return 'rabbit';
  return target;
};

const drawFaults = (dice: Dice): PlannedFault[] => {
  const wanted = dice.whole(2, 4);
  const faults: PlannedFault[] = [];
  for (let draws = 0; faults.length < wanted && draws < drawsMax; draws++) {
    const kind = drawKind(dice);
    const fault: PlannedFault = {
      atMs: dice.whole(firstAtMs, lastAtMs),
      kind: kind.name,
      target: dice.pick(kind.targets),
      lastsMs: dice.whole(...kind.lastsMs),
      amount: dice.whole(...kind.amount),
    };
    if (faults.some((other) => groundOf(other) === groundOf(fault))) continue;
    // One that lasts 10 s makes the whole run wait.
    if (fault.kind === 'freeze-long' && faults.some(({ kind: name }) => name === 'freeze-long')) continue;
    faults.push(fault);
  }
  return faults.sort((one, other) => one.atMs - other.atMs);
};

const drawLoad = (dice: Dice): LoadPlan => ({
  buyers: dice.whole(4, 10),
  holders: dice.whole(1, 3),
  orderers: dice.whole(1, 3),
  readers: dice.whole(1, 3),
  thinkMs: dice.whole(15, 60),
  scarce: dice.whole(5, 60),
  perCustomer: dice.whole(2, 6),
});

/** The plan of a seed. */
export const planOf = (seed: number): Plan => {
  const faults = drawFaults(createDice(mixSeed(seed, 1)));
  const load = drawLoad(createDice(mixSeed(seed, 2)));
  const endsMs = Math.max(0, ...faults.map(({ atMs, lastsMs }) => atMs + lastsMs));
  const loadMs = Math.max(loadMsMin, endsMs + afterMs);
  const text = JSON.stringify({ seed, loadMs, faults, load });
  return { seed, loadMs, faults, load, digest: createHash('sha256').update(text).digest('hex').slice(0, 12) };
};

/** A fault in a few words, as in `kill products1 at 1.2 s for 0.4 s`. */
export const sayFault = ({ kind, target, atMs, lastsMs, amount }: PlannedFault): string =>
  [
    `${kind} ${target} at ${(atMs / 1_000).toFixed(1)} s`,
    ...(lastsMs > 0 ? [`for ${(lastsMs / 1_000).toFixed(1)} s`] : []),
    ...(amount > 0 ? [`(${amount})`] : []),
  ].join(' ');
