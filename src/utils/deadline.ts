import { setImmediate as afterIo } from 'node:timers/promises';

/**
 * What `work` resolves to, unless that takes longer than `ms`; `work` itself goes on then, and what becomes of it is nobody's business.
 * Timers run before I/O, so a loop that was blocked gets to read what has arrived before the time counts as up.
 * @throws what `work` throws, or what `late` makes
 */
export const within = async <T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => void afterIo().then(() => reject(late())), ms);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
};
