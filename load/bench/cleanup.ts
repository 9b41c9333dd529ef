/** Runs what was registered, newest first, once, whatever fails. */
export interface Cleanup {
  add: (step: () => Promise<void> | void) => void;
  run: () => Promise<void>;
}

/** What the bench has started and must end on every way out, Ctrl-C included. */
export const createCleanup = (): Cleanup => {
  const steps: (() => Promise<void> | void)[] = [];
  let running: Promise<void> | null = null;
  const runAll = async (): Promise<void> => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await step();
      } catch (error) {
        console.error('While cleaning up:', error);
      }
    }
  };
  return { add: (step) => steps.push(step), run: () => (running ??= runAll()) };
};
