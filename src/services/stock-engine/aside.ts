export type Aside = (task: () => Promise<unknown>, what: string) => Promise<void>;

/** Runs what is not the batch itself: its failure, whichever way it comes, is logged and changes nothing. */
export const createAside =
  (logger: { error: (fields: object, message: string) => void }): Aside =>
  async (task, what) => {
    try {
      await task();
    } catch (error) {
      logger.error({ err: error }, what);
    }
  };
