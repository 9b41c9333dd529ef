import { actions, type ActionName } from './actions.js';
import { createBook, type Book } from './book.js';
import { quantities, type Interval, type Quantity, type Sample } from './load-report.js';

/** One line of what `k6 run --out json=...` writes, as far as it is used; see k6's documentation, "JSON output". */
interface K6Line {
  type: string;
  metric: string;
  data: { time: string; value: number; tags?: Record<string, string> | null };
}

interface Answered {
  atMs: number;
  action: ActionName;
  status: number;
  code: string;
  latencyMs: number;
}

export interface K6Points {
  /** When the first answer came. */
  startedAt: Date;
  seconds: number;
  intervals: Interval[];
  samples: Sample[];
  book: Book;
}

const isAction = (name: string | undefined): name is ActionName => name !== undefined && name in actions;
const samplePrefix = 'sample_';

/** Samples that were taken within the same half second are of one look. */
const sampleGridMs = 500;

const parse = (line: string): K6Line | null => {
  if (!line.includes('"Point"')) return null;
  try {
    return JSON.parse(line) as K6Line;
  } catch {
    // k6 was killed while it wrote the last line.
    return null;
  }
};

/** Gathers k6's points, which come roughly in the order of time; `result` puts them in order. */
export const createK6Points = (intervalMs: number) => {
  const answers: Answered[] = [];
  const looks = new Map<number, Partial<Record<Quantity, number>>>();
  const noteSample = (name: string, atMs: number, value: number): void => {
    const quantity = quantities.find((known) => known === name);
    if (quantity === undefined) return;
    const grid = Math.round(atMs / sampleGridMs);
    looks.set(grid, { ...looks.get(grid), [quantity]: value });
  };
  return {
    /** One line of k6's file; whatever else it says is passed over. */
    add: (line: string): void => {
      const point = parse(line);
      if (point === null) return;
      const atMs = Date.parse(point.data.time);
      if (point.metric.startsWith(samplePrefix)) {
        noteSample(point.metric.slice(samplePrefix.length), atMs, point.data.value);
      }
      const tags = point.data.tags ?? {};
      const action = tags['action'];
      if (point.metric !== 'time_to_answer' || !isAction(action)) return;
      const { value: latencyMs } = point.data;
      answers.push({ atMs, action, status: Number(tags['status'] ?? 0), code: tags['code'] ?? '', latencyMs });
    },
    /** @throws Error when there was no answer at all */
    result: (): K6Points => {
      answers.sort((one, other) => one.atMs - other.atMs);
      const [first, last] = [answers[0], answers.at(-1)];
      if (first === undefined || last === undefined) throw new Error('k6 has written no answer of the service.');
      const book = createBook();
      const intervals: Interval[] = [];
      let endMs = first.atMs + intervalMs;
      for (const { atMs, ...entry } of answers) {
        for (; atMs >= endMs; endMs += intervalMs) intervals.push(book.closeInterval((endMs - first.atMs) / 1000));
        book.enter(entry);
      }
      const seconds = (last.atMs - first.atMs) / 1000;
      intervals.push(book.closeInterval(Math.max(seconds, 0.001)));
      const samples = [...looks]
        .sort(([one], [other]) => one - other)
        .map(([grid, values]) => ({ atSeconds: (grid * sampleGridMs - first.atMs) / 1000, values }));
      return { startedAt: new Date(first.atMs), seconds, intervals, samples, book };
    },
  };
};
