import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, type MongodProcess } from './mongod-process.js';

const restartsMax = 20;
const restartPauseMs = 200;
const stopMs = 15_000;

/** Starts it again each time that it ends on its own: the service around it lives on, and its requests wait. */
export const superviseMongod = (
  first: MongodProcess,
  restart: (port: number) => Promise<MongodProcess>,
  say: (line: string) => void,
) => {
  let current = first;
  let stopping = false;
  const watch = async (): Promise<void> => {
    for (let restarts = 0; restarts < restartsMax; restarts++) {
      const code = await current.exited;
      if (stopping) return;
      say(`mongod has ended on its own (exit code ${code ?? 'none'}); starting it again`);
      await sleep(restartPauseMs);
      current = await restart(current.port);
    }
  };
  const watching = watch().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  return {
    stop: async () => {
      stopping = true;
      await endProcess(current.identity, stopMs);
      await watching;
      await endProcess(current.identity, stopMs);
    },
  };
};
