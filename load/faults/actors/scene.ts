import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller, Endpoint, Endpoints } from '../caller.js';
import type { Record } from '../evidence.js';
import type { Goods } from '../goods.js';
import type { LoadPlan } from '../plan.js';
import type { Dice } from '../random.js';
import type { Person } from '../system/people.js';

/** What people of a run have at hand. */
export interface Scene {
  goods: Goods;
  endpoints: Endpoints;
  record: Record;
  caller: Caller;
  load: LoadPlan;
  newPerson: (role?: 'user' | 'manager') => Person;
  /** Of somebody whom `newPerson` has made. */
  tokenOf: (id: string) => string;
  /** Whether new things are still begun. */
  isOpen: () => boolean;
}

/** One of the two product processes, drawn anew each time. */
export const anyProducts =
  ({ endpoints }: Pick<Scene, 'endpoints'>, dice: Dice) =>
  (): Endpoint =>
    dice.chance(0.5) ? endpoints.products1 : endpoints.products2;

/** Does something again and again while new things are begun, with a thought in between. */
export const goOn = async ({ load, isOpen, record }: Scene, dice: Dice, act: () => Promise<void>): Promise<void> => {
  while (isOpen()) {
    try {
      await act();
    } catch (error) {
      record.faults.push(
        `a person of the load failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    await sleep(dice.share() * 2 * load.thinkMs);
  }
};
