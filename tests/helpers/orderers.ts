import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import type { Answer } from './api-client.js';
import { auditClean, ledgerOf } from './audit-clean.js';
import { randomFrom } from './random.js';
import { customers, type Person, type Shop } from './shop.js';
import { waitFor } from './wait-for.js';

export interface OrderersOptions {
  /** Where the stock is, now; after a restart that is somewhere else. */
  shop: () => Shop;
  /** Where orders are placed, where that is another service. */
  orderShop?: () => Pick<Shop, 'client'>;
  productId: string;
  /** A product of which there is nothing: some order it in vain. */
  soldOutId?: string;
  seed: number;
  count?: number;
}

type End = 'confirmed' | 'rejected' | 'cancelled';

interface Placed {
  id: string;
  quantity: number;
  who: Person;
  end: End;
}

const repeatMs = 50;
/** Longer than a killed service takes to start again on a busy machine. */
const endMsMax = 180_000;

/** Customers who order and sometimes cancel at once or later, on and on; what has no definite answer is asked again. */
export const startOrderers = (options: OrderersOptions) => {
  const { shop, orderShop = shop, productId, soldOutId, seed, count = 3 } = options;
  const random = randomFrom(seed);
  const placed: Placed[] = [];
  const faults: string[] = [];
  let stopped = false;

  /** Undefined when it is not the wanted one, or none comes: that is noted as a fault. */
  const definite = async (what: string, ask: () => Promise<Answer>, wanted: number): Promise<Answer | undefined> => {
    const deadlineMs = performance.now() + endMsMax;
    let last = '';
    do {
      try {
        const answer = await ask();
        if (answer.status === wanted) return answer;
        last = answer.text;
        if (answer.status !== 503) break;
      } catch (error) {
        // The connection broke: what was asked for may have happened or not, and the next try tells.
        last = String(error);
      }
      await sleep(repeatMs);
    } while (performance.now() < deadlineMs);
    faults.push(`${what} was not answered as it should be within ${endMsMax} ms: ${last}`);
    return undefined;
  };
  const statusOf = async ({ id, who }: Placed): Promise<string> => {
    const { data } = await orderShop().client.api('GET', `/orders/${id}`, { token: who.token });
    return (data as { status: string }).status;
  };
  const reached = (order: Placed, isThere: (status: string) => boolean): Promise<unknown> =>
    waitFor(async () => isThere(await statusOf(order)), {
      deadlineMs: endMsMax,
      what: `the end of order ${order.id}, ${order.end}`,
    });

  const once = async (who: Person): Promise<void> => {
    const [key, quantity] = [newId(), 1 + Math.floor(random() * 3)];
    const inVain = soldOutId !== undefined && random() < 0.25;
    const [cancels, waits] = [!inVain && random() < 0.5, random() < 0.5];
    const call = { token: who.token, key, body: { productId: inVain ? soldOutId : productId, quantity } };
    const answer = await definite('an order', () => orderShop().client.api('POST', '/orders', call), 201);
    if (answer === undefined) return;
    const end = inVain ? 'rejected' : cancels ? 'cancelled' : 'confirmed';
    const order: Placed = { id: (answer.data as { id: string }).id, quantity, who, end };
    placed.push(order);
    if (!cancels) return;
    if (waits) await reached(order, (status) => status !== 'pending');
    const path = `/orders/${order.id}/cancel`;
    const cancel = { token: who.token, key: `cancel-${key}` };
    await definite('a cancel', () => orderShop().client.api('POST', path, cancel), 200);
  };

  const running = Promise.all(
    customers(count).map(async (who) => {
      while (!stopped && faults.length === 0) {
        await once(who).catch((error: unknown) => faults.push(String(error)));
      }
    }),
  );

  const linesFit = async (connection: Connection): Promise<void> => {
    const lines = await ledgerOf(connection, productId);
    for (const { id, end } of placed) {
      const types = lines.filter(({ reference }) => reference === id).map(({ type }) => type);
      if (end === 'cancelled') expect([[], ['sale', 'cancel']]).toContainEqual(types);
      else expect([id, types]).toEqual([id, end === 'confirmed' ? ['sale'] : []]);
    }
  };

  return {
    /** Nobody goes on: for the end of a test that may have failed. */
    abandon: (): void => {
      stopped = true;
    },
    /** How many orders have been accepted so far. */
    placed: (): number => placed.length,
    /** Lets everybody finish, and fails unless each order has its end and its units are where that end says. */
    check: async (connection: Connection): Promise<Record<'ordered' | 'cancelled' | 'rejected', number>> => {
      stopped = true;
      await running;
      expect(faults).toEqual([]);
      for (const order of placed) await reached(order, (status) => status === order.end);
      const of = (end: End) => placed.filter((order) => order.end === end);
      const sold = of('confirmed').reduce((sum, { quantity }) => sum + quantity, 0);
      const numbers = async () => (await shop().client.audit(productId, { token: shop().manager.token })).data;
      await waitFor(async () => (await numbers()).sold === sold, { deadlineMs: endMsMax, what: 'what was cancelled' });
      await auditClean(shop(), connection, productId, { sawAll: false });
      await linesFit(connection);
      return { ordered: placed.length, cancelled: of('cancelled').length, rejected: of('rejected').length };
    },
  };
};
