import { readFileSync } from 'node:fs';

// USER_HZ is 100 on every Linux that Node runs on; see man 5 proc, "stat", fields 14 and 15.
const microsecondsPerTick = 10_000;

/** CPU time that a `/proc/<pid>/stat` line tells of, user and system, all threads, in microseconds. */
export const cpuUsOfStat = (line: string): number => {
  // The command's name stands in brackets and may hold anything, brackets included.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
};

/** CPU time of the processes together so far, in microseconds; null where there is no /proc. */
export const cpuUsOf = (pids: readonly number[]): number | null => {
  try {
    return pids.reduce((sum, pid) => sum + cpuUsOfStat(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')), 0);
  } catch {
    return null;
  }
};
