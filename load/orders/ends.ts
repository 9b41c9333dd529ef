import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './http.js';

const drainMsMax = 120_000;
const pollMs = 20;

interface Order {
  status: string;
  createdAt: string;
  updatedAt: string;
}

interface Page {
  data: Order[];
  meta: { nextCursor: string | null };
}

export interface Ends {
  /** From each order's creation to its end, in milliseconds, sorted. */
  lags: readonly number[];
  /** How many orders have ended how. */
  statuses: Readonly<Record<string, number>>;
  /** How long after the load the last one ended, in milliseconds. */
  drainMs: number;
}

/** Waits for the end of every order, then reads from each how long it took. @throws Error when some stay pending */
export const endsOf = async (call: Call, api: string, manager: string): Promise<Ends> => {
  const pageOf = async (query: string) => JSON.parse((await call(`${api}/orders?${query}`, manager)).text) as Page;
  const startMs = performance.now();
  while ((await pageOf('status=pending&limit=1')).data.length > 0) {
    if (performance.now() - startMs > drainMsMax) throw new Error(`orders stay pending for ${drainMsMax} ms`);
    await sleep(pollMs);
  }
  const drainMs = performance.now() - startMs;
  const lags: number[] = [];
  const statuses: Record<string, number> = {};
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await pageOf(`limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
    for (const { status, createdAt, updatedAt } of page.data) {
      lags.push(Date.parse(updatedAt) - Date.parse(createdAt));
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    cursor = page.meta.nextCursor;
  }
  return { lags: lags.sort((a, b) => a - b), statuses, drainMs };
};
