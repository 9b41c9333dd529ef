import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { DropEvent, DropEventData, DropWish } from '../../schemas/drop.js';
import type { ProductView } from '../../schemas/product.js';
import type { AuditService } from '../audit.service.js';
import type { PurchaseService } from '../purchase.service.js';
import { sendBuyer } from './buyer.js';
import { createDropTally, roundMs, type DropTally } from './drop-tally.js';

/** Purchases of one drop that are under way at a time; who finds so many before them waits, and their time counts. */
const inFlightMax = 500;
/** How often those who watch are told. */
const tellEveryMs = 50;

export interface DropRunDependencies {
  purchases: Pick<PurchaseService, 'buy'>;
  audits: Pick<AuditService, 'audit'>;
  random: () => number;
  /** Told how long each buyer has waited for an answer, in milliseconds. */
  took: (ms: number) => void;
  /** Buyers come over half a minute at most; the rest is for a service that is slow. */
  deadlineMs: number;
}

/** What ends a run before all buyers have come. */
export interface RunEnds {
  /** Nobody watches any more. */
  left: AbortSignal;
  /** The service stops. */
  stopping: AbortSignal;
}

export type CutShort = DropEventData<'finished'>['cutShort'];

/** Resolves then, or when the signal fires. */
const until = async (dueMs: number, signal: AbortSignal): Promise<void> => {
  const waitMs = dueMs - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
};

interface Burst {
  productId: string;
  wish: Pick<DropWish, 'buyers' | 'seconds'>;
  tally: DropTally;
  beganMs: number;
  end: AbortSignal;
}

/** Sends every buyer when their time has come; resolves when all that were sent have an answer. */
const burst = async ({ purchases, random, took }: DropRunDependencies, run: Burst): Promise<void> => {
  const { productId, wish, tally, beganMs, end } = run;
  const limit = pLimit(inFlightMax);
  const arrivals = Array.from({ length: wish.buyers }, () => random() * wish.seconds * 1_000).sort((a, b) => a - b);
  const sent: Promise<void>[] = [];
  for (const [index, afterMs] of arrivals.entries()) {
    await until(beganMs + afterMs, end);
    if (end.aborted) break;
    const arrivedMs = performance.now();
    const one = async (): Promise<void> => {
      if (end.aborted) return;
      const came = await sendBuyer(purchases.buy, productId, end);
      const nowMs = performance.now();
      const at = { atMs: nowMs - beganMs, tookMs: nowMs - arrivedMs };
      took(at.tookMs);
      tally.count(index + 1, came.outcome, 'stockAfter' in came ? { ...at, stockAfter: came.stockAfter } : at);
    };
    sent.push(limit(one));
  }
  await Promise.all(sent);
};

/**
 * Sends made-up buyers to a product and tells of them; resolves when all that were sent have an answer.
 * @returns what cut it short, if anything did
 */
export const runDrop = async (
  deps: DropRunDependencies,
  product: ProductView,
  wish: DropWish,
  tell: (event: DropEvent) => void,
  { left, stopping }: RunEnds,
): Promise<CutShort> => {
  const deadline = AbortSignal.timeout(deps.deadlineMs);
  const end = AbortSignal.any([left, deadline, stopping]);
  const tally = createDropTally(wish.units);
  const beganMs = performance.now();
  const elapsedMs = () => performance.now() - beganMs;
  tell({ event: 'started', data: { product, buyers: wish.buyers, units: wish.units } });
  const tellNews = (): void => {
    const buyers = tally.takeUntold();
    if (buyers.length === 0) return;
    tell({ event: 'buyer', data: buyers });
    tell({ event: 'progress', data: tally.progress(elapsedMs()) });
  };
  const ticks = setInterval(tellNews, tellEveryMs);
  await burst(deps, { productId: product.id, wish, tally, beganMs, end }).finally(() => clearInterval(ticks));
  const tookMs = roundMs(elapsedMs());
  const cutShort = stopping.aborted ? 'stopping' : deadline.aborted ? 'deadline' : null;
  if (left.aborted) return cutShort;
  tellNews();
  const audit = await deps.audits.audit(product.id).catch(() => null);
  tell({ event: 'finished', data: { ...tally.summary(), tookMs, audit, cutShort } });
  return cutShort;
};
