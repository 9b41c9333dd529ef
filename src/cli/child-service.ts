import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnv } from '../config/env.js';

export interface ChildService {
  url: string;
  /** Stops it in order, and by force when that takes too long. */
  stop: () => Promise<void>;
}

const startMsMax = 180_000;
const stopMsMax = 15_000;
const keptChars = 20_000;

/** The service beside this program: built, or as its sources where this program runs so. */
const serverFile = (): string => {
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../server.${suffix}`, import.meta.url));
};

/**
 * Starts the service as a process of its own and waits until it says where it listens.
 * @throws Error with the last it has said, when it ends or stays silent instead
 */
export const startService = async (settings: Readonly<Record<string, string>>): Promise<ChildService> => {
  const child = spawn(process.execPath, [...process.execArgv, serverFile()], {
    env: childEnv({ HOST: '127.0.0.1', PORT: '0', DEMO: '0', LOG_LEVEL: 'info', ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    await gone;
    clearTimeout(force);
  };
  const url = await new Promise<string | undefined>((resolve) => {
    const late = setTimeout(() => resolve(undefined), startMsMax);
    const listen = (chunk: string) => {
      said = (said + chunk).slice(-keptChars);
      const found = /"url":"([^"]+)"[^\n]*"msg":"ready"/.exec(said)?.[1];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    void gone.then(() => {
      clearTimeout(late);
      resolve(undefined);
    });
  });
  if (url !== undefined) return { url, stop };
  await stop();
  throw new Error(`the service did not start: ${said}`);
};
