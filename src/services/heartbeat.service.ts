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

  let others = Infinity;

  const beat = async (): Promise<void> => {
    try {
      others = await processes.beat();
    } catch (error) {
      others = Infinity;
      logger.warn({ err: error }, 'a heartbeat failed');
    }
  };

  return {
    start: async (): Promise<void> => {
      others = await processes.beat();
      // A beat that hangs with the database is not joined by others.
      timer = setInterval(() => {
        beating ??= beat().finally(() => (beating = null));
      }, beatMs);
      timer.unref();
    },
    /** Whether no other process lived when the heart last beat; false when that is not known. */
    isAlone: (): boolean => others === 0,
    stop: async (): Promise<void> => {
      if (timer) clearInterval(timer);
      // A beat that is still on its way would bring the process back.
      await beating;
      await processes.leave().catch((error: unknown) => logger.warn({ err: error }, 'leaving failed'));
    },
  };
};
