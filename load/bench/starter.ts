import { join } from 'node:path';
import { startProcess, untilReady, type ServerProcess } from './child.js';
import type { Cleanup } from './cleanup.js';
import { freePort } from './free-port.js';
import type { BenchMongod } from './mongod.js';
import type { BenchRedis } from './redis.js';

export interface ServersDeps {
  root: string;
  /** Logs and data of this run; also the working directory, so that nobody's `.env` is read. */
  directory: string;
  /** Tells this run from others that use the same broker. */
  runTag: string;
  compiled: (source: string) => string;
  mongod: BenchMongod;
  redis: BenchRedis;
  rabbitUrl: string;
  /** What the service's processes are told beside their usual settings. */
  serviceEnv?: NodeJS.ProcessEnv;
  cleanup: Cleanup;
}

export interface Started {
  port: number;
  process: ServerProcess;
}

/** Only what a program needs to run, so that the shell of whoever runs the bench has no say in it. */
export const bareEnv = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'production',
});

/** Starts processes, which end with the bench. */
export const createStarter = ({ directory, compiled, cleanup, root }: ServersDeps) => {
  const start = (name: string, script: string, env: NodeJS.ProcessEnv): ServerProcess => {
    const logFile = join(directory, `${name}.log`);
    const started = startProcess({ command: process.execPath, args: [script], env, logFile, cwd: directory });
    cleanup.add(() => started.stop());
    return started;
  };
  return {
    /** A process of the bench's own, which says its port. */
    script: async (name: string, source: string, env: NodeJS.ProcessEnv): Promise<Started> => {
      const started = start(name, compiled(source), { ...bareEnv(), PORT: '0', ...env });
      const port = await untilReady(name, started, () => {
        const said = /^listening (\d+)$/m.exec(started.output())?.[1];
        return said === undefined ? null : Number(said);
      });
      return { port, process: started };
    },
    service: async (name: string, env: NodeJS.ProcessEnv): Promise<Started> => {
      const port = await freePort();
      const started = start(name, join(root, 'dist', 'server.js'), { ...env, PORT: String(port) });
      await untilReady(name, started, async () => {
        const answer = await fetch(`http://127.0.0.1:${String(port)}/readyz`).catch(() => null);
        return answer?.ok === true ? true : null;
      });
      return { port, process: started };
    },
  };
};

export type Starter = ReturnType<typeof createStarter>;
