import { fork } from 'node:child_process';

/**
 * Runs one job in a process of its own, so that its event loop is its own, and waits for the one message that it answers with.
 * @throws Error when the process ends without an answer or `deadlineMs` passes; the process is ended either way
 */
export const askChild = <Result>(script: string, job: object, deadlineMs: number): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The load generator did not end within ${deadlineMs} ms`));
    }, deadlineMs);
    let result: Result | undefined;
    child.once('message', (message) => {
      result = message as Result;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (result === undefined) reject(new Error(`The load generator ended without a result (${signal ?? code})`));
      else resolve(result);
    });
    child.send(job);
  });
