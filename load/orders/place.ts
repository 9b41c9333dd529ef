import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './http.js';

export interface PlaceOptions {
  call: Call;
  /** Where orders go, as far as `/api/v1`. */
  api: string;
  productId: string;
  /** A customer's token for each connection. */
  tokens: readonly string[];
  seconds: number;
  /** Orders a second; 0 for as fast as it goes. */
  rate: number;
}

export interface Placing {
  statuses: Readonly<Record<number, number>>;
  /** Of each answer, in milliseconds, sorted. */
  latencies: readonly number[];
  perSecond: number;
}

/** Places orders over all connections. */
export const place = async ({ call, api, productId, tokens, seconds, rate }: PlaceOptions): Promise<Placing> => {
  const statuses: Record<number, number> = {};
  const latencies: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  let sent = 0;
  const isDue = (): boolean => rate === 0 || startMs + (sent / rate) * 1_000 <= performance.now();
  const one = async (token: string): Promise<void> => {
    while (performance.now() < endMs) {
      if (!isDue()) {
        await sleep(1);
        continue;
      }
      sent++;
      const sentMs = performance.now();
      const { status } = await call(`${api}/orders`, token, { productId, quantity: 1 });
      latencies.push(performance.now() - sentMs);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(tokens.map(one));
  const tookSeconds = (performance.now() - startMs) / 1_000;
  return { statuses, latencies: latencies.sort((a, b) => a - b), perSecond: latencies.length / tookSeconds };
};
