import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process beyond doubt. A pid alone is not: the system gives it to another process later, so the moment of
 * the start goes with it (and, on Linux, the boot that the moment is counted from).
 */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** Ended, though its parent has not asked for its exit code yet. */
const isDeadState = (state: string): boolean => state.startsWith('Z') || state.startsWith('X');

/** proc(5): the name in parentheses may hold blanks, so the fields are counted after the last parenthesis. */
const fromProc = (pid: number): string | undefined => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (isDeadState(fields[0] ?? 'X')) return undefined;
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${bootId}:${fields[19] ?? ''}`;
};

const fromPs = (pid: number): string | undefined => {
  const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [state = 'X', ...started] = line.split(/\s+/);
  return isDeadState(state) ? undefined : started.join(' ');
};

/** Who runs under this pid now; `undefined` when nobody does. */
export const identityOf = (pid: number): ProcessIdentity | undefined => {
  try {
    const started = process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
    return started === undefined ? undefined : { pid, started };
  } catch {
    return undefined;
  }
};

/** Whether exactly this process still runs. */
export const isRunning = (identity: ProcessIdentity): boolean => identityOf(identity.pid)?.started === identity.started;
