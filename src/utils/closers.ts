/** What has to be closed, in the order in which it was opened. */
export interface Closers {
  add: (name: string, close: () => unknown) => void;
  /** Closes everything, last opened first. Every step runs despite errors; a second call waits for the first. */
  close: () => Promise<void>;
}

/** @param onError told of each step that failed */
export const createClosers = (onError: (name: string, error: unknown) => void): Closers => {
  const steps: { name: string; close: () => unknown }[] = [];
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        onError(step.name, error);
      }
    }
  };
  return {
    add: (name, close) => steps.push({ name, close }),
    close: () => (closing ??= closeAll()),
  };
};
