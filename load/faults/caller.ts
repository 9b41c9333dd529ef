import { setTimeout as sleep } from 'node:timers/promises';
import { createApiClient, type Answer, type ApiClient } from '../../tests/helpers/api-client.js';
import type { ProductsAt, Record, Via } from './evidence.js';
import type { Dice } from './random.js';
import type { System } from './system/system.js';

/** Where calls go, with who answers there now. */
export interface Endpoint {
  name: ProductsAt | 'orders';
  client: ApiClient;
  incarnation: () => number;
}

export interface Endpoints {
  products1: Endpoint;
  products2: Endpoint;
  orders: Endpoint;
}

export const openEndpoints = ({ urls, services, split }: System): Endpoints & { close: () => void } => {
  const at = (name: Endpoint['name']): Endpoint => ({
    name,
    client: createApiClient(urls[name]),
    incarnation: () => services.get(name === 'orders' && !split ? 'products1' : name)?.incarnation() ?? 0,
  });
  const endpoints = { products1: at('products1'), products2: at('products2'), orders: at('orders') };
  return {
    ...endpoints,
    close: () => {
      for (const { client } of Object.values(endpoints)) client.close();
    },
  };
};

/** How calls went, all together. */
export interface Counts {
  requests: number;
  /** 503. */
  unavailable: number;
  /** 503 with a key, or a broken connection: whoever has a key asks again until it is known. */
  unknown: number;
  /** Of those, the ones that got a definite answer. */
  resolved: number;
  /** When the last write succeeded, and the longest time between two, in milliseconds. */
  lastSuccessMs: number;
  pauseMsMax: number;
}

export const newCounts = (): Counts => ({
  ...{ requests: 0, unavailable: 0, unknown: 0, resolved: 0, lastSuccessMs: performance.now(), pauseMsMax: 0 },
});

export interface Definite<T> {
  answer: Answer<T>;
  /** The key under which it was asked for at last. */
  key: string | undefined;
  via: Via;
  sentMs: number;
  answeredMs: number;
}

export interface Wish<T> {
  what: string;
  /** Undefined: none is sent until a 503 hands one out. */
  key: string | undefined;
  /** Each try may go to another. */
  to: () => Endpoint;
  send: (client: ApiClient, key: string | undefined) => Promise<Answer<T>>;
  /** Statuses that are an end. */
  ends: readonly number[];
  /** Whose loss loses nothing. */
  isRead?: true;
}

/** After so long nobody waits any more: it hangs. */
const definiteMsMax = 240_000;

/** A 409 that asks for patience: the first try is still under way. */
const isInProgress = ({ status, error }: Answer): boolean => status === 409 && error.code === 'IDEMPOTENCY_IN_PROGRESS';

/** Asks as the contract says, again under the same key, until there is a definite answer. */
export const createCaller = (record: Pick<Record, 'faults'>, counts: Counts, dice: Dice) => {
  const succeed = (): void => {
    const nowMs = performance.now();
    counts.pauseMsMax = Math.max(counts.pauseMsMax, nowMs - counts.lastSuccessMs);
    counts.lastSuccessMs = nowMs;
  };

  /** One try. @returns undefined when the connection broke */
  const once = async <T>({ to, send }: Wish<T>, key: string | undefined): Promise<Definite<T> | undefined> => {
    const endpoint = to();
    const before = endpoint.incarnation();
    const sentMs = performance.now();
    counts.requests++;
    try {
      const answer = await send(endpoint.client, key);
      const incarnation = endpoint.incarnation() === before ? before : undefined;
      return { answer, key, via: { name: endpoint.name, incarnation }, sentMs, answeredMs: performance.now() };
    } catch {
      return undefined;
    }
  };

  const refusalFault = (what: string, { status, headers, text }: Answer): string | undefined => {
    if (status !== 503) return `${what}: ${status} ${text}`;
    return headers['retry-after'] === undefined ? `${what}: 503 without Retry-After: ${text}` : undefined;
  };

  return {
    /** @returns the definite answer; `lost` when it had no key and nobody can know; `none` when nothing has happened */
    settle: async <T>(wish: Wish<T>): Promise<Definite<T> | 'lost' | 'none'> => {
      const untilMs = performance.now() + definiteMsMax;
      let { key } = wish;
      let wasUnknown = false;
      const resolve = (): void => {
        if (wasUnknown) counts.resolved++;
      };
      for (let tries = 0; performance.now() < untilMs; tries++) {
        if (tries > 0) await sleep(50 + dice.share() * 200);
        const tried = await once(wish, key);
        if (tried === undefined) {
          if (wish.isRead) return 'lost';
          if (!wasUnknown) counts.unknown++;
          wasUnknown = true;
          if (key === undefined) return 'lost';
          continue;
        }
        const { answer } = tried;
        if (isInProgress(answer)) continue;
        if (wish.ends.includes(answer.status)) {
          resolve();
          if (answer.status < 300 && !wish.isRead) succeed();
          return tried;
        }
        const fault = refusalFault(wish.what, answer);
        if (fault !== undefined) {
          record.faults.push(fault);
          return 'none';
        }
        counts.unavailable++;
        const given = answer.headers['idempotency-key'];
        if (typeof given === 'string' && !wasUnknown) {
          counts.unknown++;
          wasUnknown = true;
        }
        if (key === undefined && typeof given === 'string') key = given;
        if (key === undefined) return 'none';
      }
      record.faults.push(`${wish.what} under key ${key ?? '-'} had no definite answer within ${definiteMsMax} ms`);
      return 'none';
    },
  };
};

export type Caller = ReturnType<typeof createCaller>;
