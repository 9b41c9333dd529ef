import type { ProcessStore } from '../models/process.model.js';

const beatMs = 500;

export interface HeartbeatDependencies {
  processes: Pick<ProcessStore, 'beat' | 'leave'>;
  logger: { warn: (fields: object, message: string) => void };
}

/** Shows the other processes that this one lives, twice a second, from `start` to `stop`. */
export const createHeartbeat = ({ processes, logger }: HeartbeatDependencies) => {
  let timer: NodeJS.Timeout | null = null;
  let beating: Promise<void> | null = null;

  const beat = async (): Promise<void> => {
    try {
      await processes.beat();
    } catch (error) {
      logger.warn({ err: error }, 'a heartbeat failed');
    }
  };

  return {
    start: async (): Promise<void> => {
      await processes.beat();
      // A beat that hangs with the database is not joined by others.
      timer = setInterval(() => {
        beating ??= beat().finally(() => (beating = null));
      }, beatMs);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      if (timer) clearInterval(timer);
      // A beat that is still on its way would bring the process back.
      await beating;
      await processes.leave().catch((error: unknown) => logger.warn({ err: error }, 'leaving failed'));
    },
  };
};
