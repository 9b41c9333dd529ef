const everyMs = 2_000;

export interface MeterOptions {
  what: string;
  /** How many are expected; an estimate will do. */
  of: number;
  progress: (line: string) => void;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
}

/** Tells now and then how far something is. */
export const createMeter = ({ what, of, progress, nowMs = () => performance.now() }: MeterOptions) => {
  let nextMs = nowMs() + everyMs;
  return (done: number): void => {
    const now = nowMs();
    if (now < nextMs) return;
    nextMs = now + everyMs;
    progress(`${what}: ${String(done)} of about ${String(Math.max(done, of))} documents`);
  };
};
