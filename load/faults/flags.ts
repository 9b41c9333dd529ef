import { parseArgs } from 'node:util';

export interface Flags {
  seed: number;
  runs: number;
  /** How many systems run side by side. */
  parallel: number;
  /** Mongods in the replica set. */
  members: 1 | 3;
  /** A folder for `faults.md`, `faults.json` and `faults.svg`; undefined writes none. */
  summary: string | undefined;
  /** A file to which each run's result is appended, a line each; the summary is made of all that is in it. */
  results: string | undefined;
}

export const usage =
  'npm run faults -- --seed N --runs N [--parallel [N]] [--members 1|3] [--results <file>] [--summary <folder>]; --runs 0 with --summary and --results writes the summary alone';

const wholeFlag = (name: string, text: string, min: number, max: number): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new Error(`--${name} takes a whole number from ${min} to ${max}, not "${text}". ${usage}`);
  }
  return value;
};

/** `--parallel` alone means two; parseArgs wants a value for every option that can have one. */
const withValue = (argv: readonly string[]): string[] =>
  argv.flatMap((arg, index) =>
    arg === '--parallel' && !/^[^-]/.test(argv[index + 1] ?? '') ? ['--parallel=2'] : [arg],
  );

/** Reads the command line. @throws Error with one line that says what is wrong and what would be right */
export const readFlags = (argv: readonly string[]): Flags => {
  const options = {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '1' },
    members: { type: 'string', default: '3' },
    summary: { type: 'string' },
    results: { type: 'string' },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: withValue(argv), options, allowPositionals: false }));
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)} ${usage}`, { cause: error });
  }
  const summarises = values.summary !== undefined && values.results !== undefined;
  if (values.members !== '1' && values.members !== '3') throw new Error(`--members takes 1 or 3. ${usage}`);
  return {
    seed: wholeFlag('seed', values.seed, 0, 4_294_967_295),
    runs: wholeFlag('runs', values.runs, summarises ? 0 : 1, 100_000),
    parallel: wholeFlag('parallel', values.parallel, 1, 8),
    members: values.members === '1' ? 1 : 3,
    summary: values.summary,
    results: values.results,
  };
};
