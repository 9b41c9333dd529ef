import { fork } from 'node:child_process';
import type { FreshTokens, GeneratorResult, GeneratorSpec, IntervalMessage } from './generator-spec.js';

export interface RunningGenerator {
  pid: number;
  /** @throws Error when the process ends without a result or its deadline passes; the process is ended either way */
  result: Promise<GeneratorResult>;
  refresh: (tokens: FreshTokens) => void;
  stop: () => void;
}

/** Starts the generator in a process of its own, so that its event loop is its own. */
export const runGenerator = (
  script: string,
  spec: GeneratorSpec,
  deadlineMs: number,
  onInterval: (message: IntervalMessage) => void,
): RunningGenerator => {
  const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  const result = new Promise<GeneratorResult>((resolve, reject) => {
    let found: GeneratorResult | undefined;
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    child.on('message', (message: GeneratorResult | IntervalMessage) => {
      if ('interval' in message) onInterval(message);
      else found = message;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (found !== undefined) resolve(found);
      else reject(new Error(`The load generator ended without a result (${signal ?? String(code)})`));
    });
  });
  child.send(spec);
  return {
    pid: child.pid ?? 0,
    result,
    refresh: (tokens) => {
      if (child.connected) child.send(tokens);
    },
    stop: () => child.kill('SIGKILL'),
  };
};
