import type { TimeUnit } from '../../models/report-queries.js';

const dayMs = 86_400_000;
/** Stretches that a plot fills up with zeros; a longer time is shown with those alone in which something happened. */
const filledMax = 400;

/** Hours for days, days for half a year, months beyond: some two hundred stretches at most for what people ask for. */
export const unitFor = (from: Date, to: Date): TimeUnit => {
  const days = (to.getTime() - from.getTime()) / dayMs;
  if (days <= 4) return 'hour';
  return days <= 190 ? 'day' : 'month';
};

/** The beginning of the stretch that `at` is in, in UTC. */
export const startOf = (at: Date, unit: TimeUnit): Date => {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  if (unit === 'month') return new Date(Date.UTC(year, month));
  return new Date(Date.UTC(year, month, at.getUTCDate(), unit === 'hour' ? at.getUTCHours() : 0));
};

const nextOf = (at: Date, unit: TimeUnit): Date => {
  if (unit === 'month') return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));
  return new Date(at.getTime() + (unit === 'hour' ? 3_600_000 : dayMs));
};

export const bucketText = (at: Date, unit: TimeUnit): string => {
  const text = at.toISOString();
  if (unit === 'month') return text.slice(0, 7);
  return unit === 'day' ? text.slice(5, 10) : `${text.slice(5, 10)} ${text.slice(11, 13)}h`;
};

/** Sums by stretch of time. */
export const createBuckets = (unit: TimeUnit) => {
  const sums = new Map<number, number>();
  return {
    add: (at: Date, value: number): void => {
      const start = startOf(at, unit).getTime();
      sums.set(start, (sums.get(start) ?? 0) + value);
    },
    /** One point a stretch from the first to the last, those in which nothing happened included. */
    points: (): { label: string; value: number }[] => {
      const known = [...sums.keys()].sort((one, other) => one - other);
      const [first] = known;
      const last = known.at(-1);
      if (first === undefined || last === undefined) return [];
      const starts: number[] = [];
      for (let at = first; at <= last && starts.length <= filledMax; at = nextOf(new Date(at), unit).getTime()) {
        starts.push(at);
      }
      const shown = starts.length > filledMax ? known : starts;
      return shown.map((at) => ({ label: bucketText(new Date(at), unit), value: sums.get(at) ?? 0 }));
    },
  };
};
