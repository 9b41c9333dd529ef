import { CacheAway } from './cache-store.js';
import type { RedisLink } from './redis-link.js';
import type { Script } from './scripts.js';

interface Question {
  key: string;
  resolve: (text: string | null) => void;
  reject: (error: unknown) => void;
}

type Send = (args: string[]) => Promise<unknown>;

export const textOf = (reply: unknown): string | null => (typeof reply === 'string' ? reply : null);

/**
 * Asks for texts: what is asked for in one stretch of code goes out as one command.
 * @param checked whether each answer must also show that the epoch still stands. Where processes keep copies the beat does that in
 * time; where every read asks Redis, each must see at once that everything was to be forgotten.
 */
export const createQuestions = (send: Send, link: RedisLink, checked: boolean) => {
  let asked: Question[] = [];

  const replies = async (keys: readonly string[]): Promise<readonly unknown[]> => {
    const [only] = keys;
    if (only !== undefined && keys.length === 1 && !checked) return [await send(['GET', only])];
    if (!checked) return (await send(['MGET', ...keys])) as unknown[];
    const epoch = link.epoch();
    const [found, ...texts] = (await send(['MGET', link.epochKey, ...keys])) as unknown[];
    if (found === epoch) return texts;
    link.mistrust();
    throw new CacheAway('The prefix has changed.');
  };

  const ask = async (): Promise<void> => {
    const batch = asked;
    asked = [];
    try {
      const texts = await replies(batch.map(({ key }) => link.prefix() + key));
      for (const [index, { resolve }] of batch.entries()) resolve(textOf(texts[index]));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return (key: string): Promise<string | null> =>
    new Promise((resolve, reject) => {
      if (asked.length === 0) queueMicrotask(() => void ask());
      asked.push({ key, resolve, reject });
    });
};

const isUnknownScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT');

/** Runs a script by the name under which Redis keeps it; the first time, and after Redis has lost it, by its text. */
export const runScript = async (
  send: Send,
  { sha, source }: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> => {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return await send(['EVALSHA', sha, ...rest]);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return send(['EVAL', source, ...rest]);
  }
};
