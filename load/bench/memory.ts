import { readFileSync } from 'node:fs';
import { median } from './stats.js';

/** Resident memory, a second after the other. */
export interface MemorySample {
  /** Since the load began. */
  second: number;
  mib: number;
}

export interface MemoryFigures {
  /** After the first minute. */
  minuteOneMiB: number;
  endMiB: number;
  mostMiB: number;
}

/** Resident memory that a `/proc/<pid>/status` tells of, MiB; NaN when it tells of none. */
export const residentMibOf = (status: string): number => Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) / 1024;

const residentMib = (pids: readonly number[]): number => {
  try {
    return pids.reduce((sum, pid) => sum + residentMibOf(readFileSync(`/proc/${String(pid)}/status`, 'utf8')), 0);
  } catch {
    // No /proc here, or a process that has ended, which the load itself will tell of.
    return NaN;
  }
};

const everyMs = 1000;

/** Notes the memory of these processes together once a second, until it is stopped. */
export const watchMemory = (pids: readonly number[]): { stop: () => MemorySample[] } => {
  const startedMs = performance.now();
  const samples: MemorySample[] = [];
  const timer = setInterval(() => {
    const mib = residentMib(pids);
    if (!Number.isNaN(mib)) samples.push({ second: (performance.now() - startedMs) / 1000, mib });
  }, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return samples;
    },
  };
};

const minute = 60;
const aroundSeconds = 5;
/** A run that is too short for a first minute is compared with its first tenth. */
const firstShare = 0.1;

/** The memory after the first minute and at the end, each as the median of ten seconds; null when too little was seen. */
export const memoryFigures = (samples: readonly MemorySample[]): MemoryFigures | null => {
  const last = samples.at(-1)?.second ?? 0;
  const markSecond = last >= 2 * minute ? minute : last * firstShare;
  const around = Math.min(aroundSeconds, Math.max(1, last * firstShare));
  const of = (from: number, to: number): number =>
    median(samples.filter(({ second }) => second >= from && second <= to).map(({ mib }) => mib));
  const figures = {
    minuteOneMiB: of(markSecond - around, markSecond + around),
    endMiB: of(last - 2 * around, last),
    mostMiB: Math.max(...samples.map(({ mib }) => mib)),
  };
  return Object.values(figures).every(Number.isFinite) ? figures : null;
};
