import { Counter, Gauge, type Registry } from 'prom-client';
import { within } from '../utils/deadline.js';

export interface FigureName {
  /** Ends in its unit, `_seconds` or `_bytes`, where it has one. */
  name: string;
  help: string;
}

/** Whoever looks waits no longer for a figure that somebody else has to be asked for. */
const readMsMax = 500;

const silence = () => new Error('No answer in time.');

/** A figure that is asked for whenever somebody looks. */
export const watchFigure = (registry: Registry, { name, help }: FigureName, read: () => number): void => {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
};

/** Figures by one label that are asked for whenever somebody looks; those of the last look are forgotten. */
export const watchFiguresBy = (
  registry: Registry,
  { name, help, label }: FigureName & { label: string },
  read: () => Iterable<readonly [string, number]>,
): void => {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, figure] of read()) this.set({ [label]: value }, figure);
    },
  });
};

/**
 * What a server says, asked once for all the figures that are made of it, however many look at that moment.
 * @returns undefined when it does not answer in time
 */
export const createLook = <T>(read: () => Promise<T>): (() => Promise<T | undefined>) => {
  let underWay: Promise<T | undefined> | undefined;
  return () =>
    (underWay ??= within(readMsMax, Promise.resolve().then(read), silence)
      .catch(() => undefined)
      .finally(() => (underWay = undefined)));
};

/** A figure out of what a server says; NaN while it says nothing, so that nobody takes the last one for the present one. */
export const watchFigureOf = <T>(
  registry: Registry,
  { name, help }: FigureName,
  look: () => Promise<T | undefined>,
  figure: (said: T) => number,
): void => {
  new Gauge({
    name,
    help: `${help}; NaN while that cannot be told`,
    registers: [registry],
    async collect() {
      const said = await look();
      this.set(said === undefined ? Number.NaN : figure(said));
    },
  });
};

/**
 * A counter by one label for what happens once a request or more often. It is kept in plain numbers: finding a child of a labelled
 * counter costs several times what counting does.
 * @param values those that are shown from the start, so that the first of a kind is seen as an increase
 */
export const createTally = (
  registry: Registry,
  { name, help, label, values = [] }: FigureName & { label: string; values?: readonly string[] },
): ((value: string, amount?: number) => void) => {
  const counts = new Map(values.map((value) => [value, 0]));
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, count] of counts) this.inc({ [label]: value }, count);
    },
  });
  return (value, amount = 1) => void counts.set(value, (counts.get(value) ?? 0) + amount);
};

export interface PairTally {
  count: (first: string, second: string, amount?: number) => void;
  /** Shows a first label with every second one at zero, before anything of it has happened. */
  begin: (first: string) => void;
}

/**
 * The same by two labels.
 * @param seconds what is shown of each first label as soon as it is known
 */
export const createPairTally = (
  registry: Registry,
  { name, help, labels, seconds = [] }: FigureName & { labels: readonly [string, string]; seconds?: readonly string[] },
): PairTally => {
  const tallies = new Map<string, Map<string, number>>();
  const tallyOf = (first: string): Map<string, number> => {
    const known = tallies.get(first);
    if (known !== undefined) return known;
    const made = new Map(seconds.map((second) => [second, 0]));
    tallies.set(first, made);
    return made;
  };
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const [first, counts] of tallies) {
        for (const [second, count] of counts) this.inc({ [labels[0]]: first, [labels[1]]: second }, count);
      }
    },
  });
  return {
    count: (first, second, amount = 1) => {
      const counts = tallyOf(first);
      counts.set(second, (counts.get(second) ?? 0) + amount);
    },
    begin: (first) => void tallyOf(first),
  };
};
