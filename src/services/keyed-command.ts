import type { Caller } from '../utils/caller.js';
import { newId } from '../utils/uuid.js';
import type { StockCommand } from './stock-engine/commands.js';

/**
 * A command of the caller whose answer is kept under the caller's key. One that comes without a key gets one, so that a 503 can be
 * resolved by repeating with it.
 */
export const keyedCommand = (
  caller: Caller,
  key: string | undefined,
  rest: Omit<StockCommand, 'key' | 'retryKey' | 'actorId'>,
): StockCommand => {
  const retryKey = key ?? newId();
  return { ...rest, key: { kind: 'stored', id: `${caller.id}:${retryKey}` }, retryKey, actorId: caller.id };
};
