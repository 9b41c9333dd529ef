import { windowSeconds, type Taken } from './shared-points.js';

/** What it takes at a time of what is left; so one that is not used up takes little from the others, and near the limit nothing. */
const leaseShare = 1 / 20;
/** Each time a caller comes for more in a window, the process takes twice as much, so that the busiest do not wait. */
const leaseGrowth = 2;
/** However high the limit is. */
const unaskedMax = 100;

export interface Spent {
  accepted: boolean;
  /** Requests that the caller has left in this window, as far as this process knows. */
  remaining: number;
  /** Whole seconds until the window ends, 1 at least. */
  resetSeconds: number;
}

/** A caller's window as this process sees it; all but the times in points, which are requests. */
export interface CallerWindow {
  endsMs: number;
  /** Spent here. */
  used: number;
  /** What may be spent here, until more is asked for. */
  granted: number;
  /** What Redis knows to be taken by this process. */
  told: number;
  /** What all processes had taken when Redis last said so. */
  consumed: number;
  /** Points that were taken last. */
  lease: number;
  /** More is asked for as soon as no more than this is left of what was granted. */
  askAt: number;
  /** Requests that wait for more. */
  waiting: number;
  /** Whether the question under way is answered. */
  asking: Promise<boolean> | undefined;
}

/** Half is left when more is asked for, so that nobody has to wait; a single point is asked for when it is needed. */
const askAtOf = (points: number): number => (points === 1 ? -1 : Math.floor(points / 2));

/** What a process lets a caller have of a window before it asks the others: as much as the limit allows in a second. */
export const unaskedOf = (limit: number): number =>
  Math.min(unaskedMax, Math.max(1, Math.floor(limit / windowSeconds)));

/** @param granted points that may be spent without asking */
export const openWindow = (nowMs: number, granted: number): CallerWindow => ({
  endsMs: nowMs + windowSeconds * 1000,
  used: 0,
  granted,
  told: 0,
  consumed: 0,
  lease: granted,
  askAt: askAtOf(granted),
  waiting: 0,
  asking: undefined,
});

/** What this process wants next: the points that it has spent and not told yet, and a lease on top. */
export interface Wish {
  lease: number;
  /** What Redis will know to be taken by this process. */
  target: number;
}

export const wishOf = (window: CallerWindow, limit: number): Wish => {
  const share = Math.floor((limit - window.consumed) * leaseShare);
  const lease = Math.max(1, window.waiting, Math.min(leaseGrowth * window.lease, share));
  return { lease, target: Math.max(window.used, window.granted) + lease };
};

/** Redis has counted what was wished for. */
export const applyAnswer = (
  window: CallerWindow,
  limit: number,
  { lease, target }: Wish,
  { consumed, msLeft }: Taken,
  nowMs: number,
): void => {
  window.lease = lease;
  window.told = target;
  window.consumed = consumed;
  // What is beyond the limit was not to be had.
  window.granted = Math.max(window.granted, target - Math.max(0, consumed - limit));
  window.askAt = consumed >= limit ? -1 : askAtOf(lease);
  window.endsMs = nowMs + msLeft;
};

export const spentOf = (window: CallerWindow, limit: number, accepted: boolean, nowMs: number): Spent => ({
  accepted,
  remaining: accepted ? Math.max(0, limit - window.consumed + window.told - window.used) : 0,
  resetSeconds: Math.max(1, Math.ceil((window.endsMs - nowMs) / 1000)),
});
