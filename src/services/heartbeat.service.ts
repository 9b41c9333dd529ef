import type { ProcessStore } from '../models/process.model.js';

const beatMs = 500;

export interface HeartbeatDependencies {
  processes: Pick<ProcessStore, 'beat' | 'leave'>;
  logger: { warn: (fields: object, message: string) => void };
}

/** Shows the other processes that this one lives, twice a second, from `start` to `stop`. */
export const createHeartbeat = ({ processes, logger }: HeartbeatDependencies) => {
  let timer: NodeJS.Timeout | null = null;
  let beating = false;

  const beat = async (): Promise<void> => {
    // A beat that hangs with the database is not joined by others.
    if (beating) return;
    beating = true;
    try {
      await processes.beat();
    } catch (error) {
      logger.warn({ err: error }, 'a heartbeat failed');
    } finally {
      beating = false;
    }
  };

  return {
    start: async (): Promise<void> => {
      await processes.beat();
      timer = setInterval(() => void beat(), beatMs);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      if (timer) clearInterval(timer);
      await processes.leave().catch((error: unknown) => logger.warn({ err: error }, 'leaving failed'));
    },
  };
};
