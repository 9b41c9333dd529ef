import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import type { Answer, Purchase } from './api-client.js';
import { auditClean } from './audit-clean.js';
import { patiently } from './patiently.js';
import { randomFrom } from './random.js';
import { customers, type Person, type Shop } from './shop.js';
import { waitFor } from './wait-for.js';

export interface HoldersOptions {
  /** Where to go now; after a restart that is somewhere else. */
  shop: () => Shop;
  productId: string;
  /** How many units the product had at first. */
  stock: number;
  seed: number;
  count?: number;
}

const repeatMs = 50;
/** Longer than a killed service takes to start again on a busy machine. */
const endMsMax = 180_000;

/**
 * Customers who set units aside and then confirm, release or forget them, on and on; whatever has no definite answer is asked again,
 * with its key, until it has one. Whoever ends the service in between must not be able to tell from the books.
 */
export const startHolders = ({ shop, productId, stock, seed, count = 4 }: HoldersOptions) => {
  const random = randomFrom(seed);
  const confirmed: Answer<Purchase>[] = [];
  const faults: string[] = [];
  const tally = { held: 0, released: 0, forgotten: 0 };
  let stopped = false;

  /** Asks until there is an answer that says what has happened. */
  const definite = async <T>(ask: () => Promise<Answer<T>>, wanted: number): Promise<Answer<T>> => {
    const deadlineMs = performance.now() + endMsMax;
    while (performance.now() < deadlineMs) {
      try {
        const answer = await ask();
        if (answer.status !== 503) {
          if (answer.status !== wanted) faults.push(answer.text);
          return answer;
        }
      } catch {
        // The connection broke: what was asked for may have happened or not, and the next try tells.
      }
      await sleep(repeatMs);
    }
    throw new Error(`no definite answer within ${endMsMax} ms`);
  };

  const once = async ({ token }: Person): Promise<void> => {
    const forgets = random() < 0.2;
    const key = newId();
    const body = { quantity: 1 + Math.floor(random() * 3), ttlSeconds: forgets ? 1 : 600 };
    const held = await definite(() => shop().client.reserve(productId, { token, key, body }), 201);
    if (held.status !== 201) return;
    tally.held++;
    const { id } = held.data;
    if (forgets) tally.forgotten++;
    else if (random() < 0.5) {
      const confirmKey = newId();
      confirmed.push(await definite(() => shop().client.confirm(id, { token, key: confirmKey }), 201));
    } else {
      await definite(() => shop().client.release(id, { token }), 204);
      tally.released++;
    }
  };

  const running = Promise.all(
    customers(count).map(async (who) => {
      while (!stopped && faults.length === 0) await once(who).catch((error: unknown) => faults.push(String(error)));
    }),
  );

  return {
    /** Nobody goes on: for the end of a test that may have failed. */
    abandon: (): void => {
      stopped = true;
    },
    /**
     * Lets everybody finish, and fails unless every unit is where the answers say: confirmed ones sold, once each, all others back
     * in stock.
     */
    check: async (connection: Connection): Promise<typeof tally> => {
      stopped = true;
      await running;
      expect(faults).toEqual([]);
      const numbers = async () =>
        (await patiently(() => shop().client.audit(productId, { token: shop().manager.token }))).data;
      await waitFor(async () => (await numbers()).reserved === 0, { what: 'the end of what was forgotten' });
      const sold = confirmed.reduce((sum, { data }) => sum + data.quantity, 0);
      expect(await numbers()).toMatchObject({ stock: stock - sold, reserved: 0, sold });
      await auditClean(shop(), connection, productId, { created: confirmed });
      return tally;
    },
  };
};
