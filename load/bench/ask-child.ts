import { fork } from 'node:child_process';

/** A process with one job, which it answers by one message and ends. */
export interface Child<Result> {
  /** @throws Error when the process ends without an answer or its deadline passes; the process is ended either way */
  result: Promise<Result>;
  /** Sends one more message, if it is still there. */
  tell: (message: string) => void;
}

/** Starts one job in a process of its own, so that its event loop is its own. */
export const startChild = <Result>(script: string, job: object, deadlineMs: number): Child<Result> => {
  const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  const result = new Promise<Result>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The load generator did not end within ${deadlineMs} ms`));
    }, deadlineMs);
    let answer: Result | undefined;
    child.once('message', (message) => {
      answer = message as Result;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (answer === undefined) reject(new Error(`The load generator ended without a result (${signal ?? code})`));
      else resolve(answer);
    });
  });
  child.send(job);
  return {
    result,
    tell: (message) => {
      if (child.connected) child.send(message);
    },
  };
};

/** The same for jobs that need no further word: waits for the answer. */
export const askChild = <Result>(script: string, job: object, deadlineMs: number): Promise<Result> =>
  startChild<Result>(script, job, deadlineMs).result;
