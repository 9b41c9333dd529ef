import { startChild } from './ask-child.js';
import type { BuyerResult, BuyerSpec } from './buyer-spec.js';
import type { RunDeps } from './run-deps.js';

/** Has others buy, in a process of their own, while `work` runs. */
export const whileBuying = async <T>(
  { compiled }: Pick<RunDeps, 'compiled'>,
  spec: BuyerSpec,
  deadlineMs: number,
  work: () => Promise<T>,
): Promise<{ done: T; bought: BuyerResult }> => {
  const buyers = startChild<BuyerResult>(compiled('load/bench/buyer.ts'), spec, deadlineMs);
  // Its failure is heard below, unless the work fails first.
  buyers.result.catch(() => undefined);
  try {
    const done = await work();
    buyers.tell('stop');
    return { done, bought: await buyers.result };
  } finally {
    buyers.tell('stop');
  }
};
