import { Counter, Histogram, type Registry } from 'prom-client';
import type { StockWrites } from '../models/stock-state.js';
import { movementTypes } from '../utils/movement-types.js';
import { createPairTally, createTally, watchFigure } from './figures.js';
import type { LaneMetrics } from './stock-engine/lane.js';
import type { StockEngineDependencies } from './stock-engine/stock-engine.js';

export interface Waiting {
  size: number;
  ageMs: number;
}

export type StockMetrics = LaneMetrics &
  StockEngineDependencies['metrics'] & {
    orphansEnded: (count: number) => void;
    /** Told of each batch that has been committed. */
    written: (writes: Pick<StockWrites, 'movements'>) => void;
    /** Shows what `read` says of the queue whenever somebody looks. */
    watchQueue: (read: () => Waiting) => void;
  };

/** What a purchase can come to, so that each is at zero from the start. */
const purchaseOutcomes = [
  'done',
  'replayed',
  'INSUFFICIENT_STOCK',
  'LIMIT_REACHED',
  'SALE_NOT_OPEN',
  'PRICE_CHANGED',
  'NOT_FOUND',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

const watchQueue = (registry: Registry, read: () => Waiting): void => {
  watchFigure(
    registry,
    { name: 'stock_queue_length', help: 'Stock commands that wait for a batch' },
    () => read().size,
  );
  watchFigure(
    registry,
    { name: 'stock_queue_age_seconds', help: 'How long the first of the waiting stock commands has waited' },
    () => read().ageMs / 1000,
  );
};

/** Counted once a batch, from what it has written. */
const createLedgerFigures = (registry: Registry): StockMetrics['written'] => {
  const lines = createTally(registry, {
    name: 'ledger_lines_total',
    help: 'Lines that this process has added to the ledger, by type',
    label: 'type',
    values: movementTypes,
  });
  const units = createTally(registry, {
    name: 'units_sold_total',
    help: 'Units by whether they have left to a buyer (sold) or come back from one (returned)',
    label: 'way',
    values: ['sold', 'returned'],
  });
  return ({ movements }) => {
    for (const { type, soldDelta } of movements) {
      lines(type);
      if (soldDelta > 0) units('sold', soldDelta);
      else if (soldDelta < 0) units('returned', -soldDelta);
    }
  };
};

/** By kind and outcome; purchases, which are what most of them are, by themselves as well. */
const createOutcomes = (registry: Registry): StockMetrics['outcome'] => {
  const outcomes = createPairTally(registry, {
    name: 'stock_commands_total',
    help: 'Stock commands by kind and outcome: done, replayed, or the code of the refusal',
    labels: ['kind', 'outcome'],
  });
  const purchases = createTally(registry, {
    name: 'purchases_total',
    help: 'Purchases by outcome: done, replayed, or the code of the refusal',
    label: 'outcome',
    values: purchaseOutcomes,
  });
  return (kind, outcome) => {
    outcomes.count(kind, outcome);
    if (kind === 'purchase') purchases(outcome);
  };
};

/** The stock engine's figures, on the registry of the process. */
export const createStockMetrics = (registry: Registry): StockMetrics => {
  const registers = [registry];
  const sizes = new Histogram({
    name: 'stock_batch_commands',
    help: 'Commands in a batch',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const commits = new Histogram({
    name: 'stock_commit_seconds',
    help: 'Time from sending a commit to its definite reply',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const retries = createTally(registry, {
    name: 'stock_retries_total',
    help: 'Batches that were tried again, by reason: conflict, duplicate, transient, unknown (whether the commit had landed)',
    label: 'reason',
    values: ['conflict', 'duplicate', 'transient', 'unknown'],
  });
  const orphans = new Counter({
    name: 'stock_orphans_ended_total',
    help: 'Open transactions of dead processes that this one has ended',
    registers,
  });
  return {
    outcome: createOutcomes(registry),
    batch: (commands) => sizes.observe(commands),
    commitMs: (ms) => commits.observe(ms / 1000),
    retry: retries,
    written: createLedgerFigures(registry),
    orphansEnded: (count) => orphans.inc(count),
    watchQueue: (read) => watchQueue(registry, read),
  };
};
