import type { Registry } from 'prom-client';
import type { HoldEnd } from '../models/stock-state.js';
import { createLook, createTally, watchFigureOf } from './figures.js';

export interface HoldMetricsDependencies {
  registry: Registry;
  liveCount: (at: Date) => Promise<number>;
}

/** What becomes of reservations, on the registry of the process. */
export const createHoldMetrics = ({ registry, liveCount }: HoldMetricsDependencies) => {
  const ended = createTally(registry, {
    name: 'reservations_ended_total',
    help: 'Reservations by how they ended: confirmed, released or expired',
    label: 'how',
    values: ['confirmed', 'released', 'expired'],
  });
  watchFigureOf(
    registry,
    { name: 'reservations_live', help: 'Reservations that are held in the database now' },
    createLook(() => liveCount(new Date())),
    (count) => count,
  );
  return {
    ended: (holdEnds: readonly HoldEnd[]): void => {
      for (const { status } of holdEnds) ended(status);
    },
  };
};

export type HoldMetrics = ReturnType<typeof createHoldMetrics>;
