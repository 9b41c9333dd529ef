import { fullJitterMs } from '../../utils/retry.js';

const everyMs = 60_000;

export interface TidyingDependencies {
  tidy: () => Promise<void>;
  logger: { warn: (fields: object, message: string) => void };
}

/** Tidies up about once a minute, one time after the other, until it is stopped. Processes that do so at once do not disturb each other. */
export const createTidying = ({ tidy, logger }: TidyingDependencies) => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const next = (): void => {
    timer = setTimeout(
      () => {
        running = tidy()
          .catch((error: unknown) => logger.warn({ err: error }, 'tidying up failed'))
          .finally(() => {
            if (!stopped) next();
          });
      },
      everyMs / 2 + fullJitterMs(0, everyMs, everyMs),
    );
    timer.unref();
  };
  next();

  return {
    stop: async (): Promise<void> => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
};
