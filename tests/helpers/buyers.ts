import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { newId } from '../../src/utils/uuid.js';
import type { Answer, Purchase } from './api-client.js';
import { auditClean } from './audit-clean.js';
import { patiently } from './patiently.js';
import { randomFrom } from './random.js';
import { customers, type Person, type Shop } from './shop.js';
import { waitFor } from './wait-for.js';

/** One wish to buy, with the key under which it is repeated once there is one. */
interface Wish {
  productId: string;
  quantity: number;
  buyer: Person;
  key: string | undefined;
}

export interface Sale {
  wish: Wish;
  answer: Answer<Purchase>;
  /** Monotonic milliseconds when the try that was answered so was sent. */
  sentMs: number;
}

export interface BuyersOptions {
  /** Where to buy now; after a restart that is somewhere else. */
  shop: () => Shop;
  productIds: readonly string[];
  seed: number;
  /** How many buy at the same time, each one purchase after the other; default 16. */
  count?: number;
  /** The share of buyers who send a key of their own with every purchase; default 0.5. */
  keyed?: number;
}

/** What happened to those who bought. */
export interface Tally {
  sales: Sale[];
  /** Answers that are none of 201, 409 and 503. */
  faults: string[];
  /** 503 without `Retry-After`. */
  bare: number;
  unavailable: number;
  /** 503 whose outcome is open: with the key that resolves it. */
  unresolved: number;
  refused: number;
  /** Purchases without a key whose connection broke: they may have a line or not, and nobody will ever know. */
  lost: number;
  /** Whose those were. */
  losers: string[];
  /** The longest that anybody waited for an answer. */
  waitMsMax: number;
}

const repeatMs = 50;
/** Whoever forgets to stop them does not keep them for ever. */
const buyMsMax = 60 * 60_000;
/** So long after the stop nobody has an answer any more. */
const finishMsMax = 60_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Of several groups of buyers, as if they had been one. */
export const mergedTally = (tallies: readonly Tally[]): Tally => ({
  sales: tallies.flatMap(({ sales }) => sales),
  faults: tallies.flatMap(({ faults }) => faults),
  bare: sum(tallies.map(({ bare }) => bare)),
  unavailable: sum(tallies.map(({ unavailable }) => unavailable)),
  unresolved: sum(tallies.map(({ unresolved }) => unresolved)),
  refused: sum(tallies.map(({ refused }) => refused)),
  lost: sum(tallies.map(({ lost }) => lost)),
  losers: tallies.flatMap(({ losers }) => losers),
  waitMsMax: Math.max(...tallies.map(({ waitMsMax }) => waitMsMax)),
});

/** Buyers who buy on and on, and repeat what has no definite outcome under its key until it has one. */
export const startBuyers = ({ shop, productIds, seed, count = 16, keyed = 0.5 }: BuyersOptions) => {
  const random = randomFrom(seed);
  const people = customers(count);
  const tally: Tally = {
    sales: [],
    faults: [],
    bare: 0,
    unavailable: 0,
    unresolved: 0,
    refused: 0,
    lost: 0,
    losers: [],
    waitMsMax: 0,
  };
  const startedMs = performance.now();
  let stopped = false;
  let endMs = Infinity;
  let givenUp = 0;

  /** @returns whether the wish has its end */
  const take = (wish: Wish, answer: Answer<Purchase>, sentMs: number): boolean => {
    tally.waitMsMax = Math.max(tally.waitMsMax, performance.now() - sentMs);
    if (answer.status === 201) {
      tally.sales.push({ wish, answer, sentMs });
      return true;
    }
    if (answer.status === 409) {
      tally.refused++;
      return true;
    }
    if (answer.status !== 503 || answer.error.code !== 'UNAVAILABLE') {
      tally.faults.push(`${answer.status} ${answer.text}`);
      return true;
    }
    tally.unavailable++;
    if (answer.headers['retry-after'] === undefined) tally.bare++;
    const key = answer.headers['idempotency-key'];
    if (typeof key === 'string') {
      tally.unresolved++;
      wish.key = key;
    }
    return wish.key === undefined;
  };

  const carryOut = async (wish: Wish): Promise<void> => {
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      const { productId, quantity, buyer, key } = wish;
      try {
        const answer = await shop().client.buy(productId, { token: buyer.token, key, body: { quantity } });
        if (take(wish, answer, sentMs)) return;
      } catch (error) {
        // What was never sent is nobody's loss.
        const isSent = (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED';
        if (key === undefined && isSent) {
          tally.lost++;
          tally.losers.push(buyer.id);
          return;
        }
      }
      await sleep(repeatMs);
    }
    givenUp++;
  };

  const buyOn = async (buyer: Person, index: number): Promise<void> => {
    while (!stopped && performance.now() - startedMs < buyMsMax) {
      const productId = productIds[Math.floor(random() * productIds.length)] ?? '';
      const key = index < count * keyed ? newId() : undefined;
      const { lost, unavailable } = tally;
      await carryOut({ productId, quantity: 1 + Math.floor(random() * 3), buyer, key });
      if (tally.lost > lost || tally.unavailable > unavailable) await sleep(repeatMs);
    }
  };

  const running = Promise.all(people.map(buyOn));
  const soldSince = (sinceMs: number) => tally.sales.filter(({ sentMs }) => sentMs >= sinceMs);
  return {
    tally,
    /** Waits for this many sales that were asked for after `sinceMs` (default: now). @returns when the last of them was answered */
    sales: async (wanted: number, options: { sinceMs?: number; deadlineMs?: number } = {}): Promise<number> => {
      const { sinceMs = performance.now(), deadlineMs = 60_000 } = options;
      await waitFor(() => soldSince(sinceMs).length >= wanted, {
        deadlineMs,
        intervalMs: 5,
        what: `${wanted} sales (${JSON.stringify({ ...tally, sales: tally.sales.length })})`,
      });
      return performance.now();
    },
    /** Waits until each product has been sold to somebody who asked after `sinceMs`. @returns when the last of them was */
    everyProduct: async (sinceMs: number, deadlineMs = 60_000): Promise<number> => {
      const sold = () => new Set(soldSince(sinceMs).map(({ wish }) => wish.productId));
      await waitFor(() => sold().size === productIds.length, {
        deadlineMs,
        intervalMs: 5,
        what: 'sales of each product',
      });
      return performance.now();
    },
    /** Waits until nothing has been sold for so long: everybody who buys waits for an answer now. */
    quiet: async (quietMs: number): Promise<void> => {
      let [known, sinceMs] = [tally.sales.length, performance.now()];
      const isQuiet = () => {
        if (tally.sales.length !== known) [known, sinceMs] = [tally.sales.length, performance.now()];
        return performance.now() - sinceMs > quietMs;
      };
      await waitFor(isQuiet, { what: 'the end of sales' });
    },
    /** Waits for this many answers of 503 from now on. */
    refusals: async (wanted: number): Promise<void> => {
      const before = tally.unavailable;
      await waitFor(() => tally.unavailable >= before + wanted, {
        deadlineMs: 60_000,
        what: `${wanted} answers of 503`,
      });
    },
    /** Lets everybody finish what they have begun. */
    stop: async (): Promise<Tally> => {
      stopped = true;
      endMs = performance.now() + finishMsMax;
      await running;
      if (givenUp > 0) throw new Error(`${givenUp} buyers had no answer within ${finishMsMax} ms`);
      return tally;
    },
    /** Nobody asks again: for the end of a test that may have failed. */
    abandon: (): void => {
      stopped = true;
      endMs = 0;
    },
  };
};

export type Buyers = ReturnType<typeof startBuyers>;

/** Repeats every purchase that has a key: each time the first answer comes again. */
export const repeatAll = async (shop: Shop, sales: readonly Sale[]): Promise<number> => {
  const keyed = sales.filter(({ wish }) => wish.key !== undefined);
  for (let from = 0; from < keyed.length; from += 50) {
    await Promise.all(
      keyed.slice(from, from + 50).map(async ({ wish: { productId, quantity, buyer, key }, answer }) => {
        const again = await patiently(() =>
          shop.client.buy(productId, { token: buyer.token, key, body: { quantity } }),
        );
        expect({ status: again.status, replayed: again.headers['idempotent-replayed'], text: again.text }).toEqual({
          status: 201,
          replayed: 'true',
          text: answer.text,
        });
      }),
    );
  }
  return keyed.length;
};

/**
 * Fails unless all that was seen is in the books: each 201 is one line, each key one purchase, no line without a 201 but those of
 * purchases that were lost without a key, no answer that is not of the contract, and the audit of each product clean.
 */
export const checkBooks = async (
  shop: Shop,
  connection: Connection,
  productIds: readonly string[],
  tally: Tally,
): Promise<void> => {
  expect(tally.faults).toEqual([]);
  expect(tally.bare).toBe(0);
  const ids = new Set(tally.sales.map(({ answer }) => answer.data.id));
  expect(ids.size).toBe(tally.sales.length);
  await repeatAll(shop, tally.sales);
  const losers = [...tally.losers];
  for (const productId of productIds) {
    const created = tally.sales.flatMap(({ wish, answer }) => (wish.productId === productId ? [answer] : []));
    const lines = await auditClean(shop, connection, productId, { created, sawAll: tally.lost === 0 });
    for (const { _id, type, buyerId } of lines) {
      if (type !== 'sale' || ids.has(_id)) continue;
      const loser = losers.indexOf(buyerId ?? '');
      if (loser < 0) throw new Error(`line ${_id} is a sale to ${buyerId ?? 'nobody'} that nobody can have lost`);
      losers.splice(loser, 1);
    }
  }
};
