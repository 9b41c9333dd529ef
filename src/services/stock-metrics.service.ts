import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LaneMetrics } from './stock-engine/lane.js';
import type { StockEngineDependencies } from './stock-engine/stock-engine.js';

export interface Waiting {
  size: number;
  ageMs: number;
}

export type StockMetrics = LaneMetrics &
  StockEngineDependencies['metrics'] & {
    orphansEnded: (count: number) => void;
    /** Shows what `read` says of the queue whenever somebody looks. */
    watchQueue: (read: () => Waiting) => void;
  };

const createQueueGauges = (registers: Registry[], read: () => Waiting): void => {
  new Gauge({
    name: 'stock_queue_length',
    help: 'Stock commands that wait for a batch',
    registers,
    collect() {
      this.set(read().size);
    },
  });
  new Gauge({
    name: 'stock_queue_age_seconds',
    help: 'How long the first of the waiting stock commands has waited',
    registers,
    collect() {
      this.set(read().ageMs / 1000);
    },
  });
};

/** The stock engine's figures, on the registry of the process. */
export const createStockMetrics = (registry: Registry): StockMetrics => {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'stock_commands_total',
    help: 'Stock commands by kind and outcome: done, replayed, or the code of the refusal',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const purchases = new Counter({
    name: 'purchases_total',
    help: 'Purchases by outcome: done, replayed, or the code of the refusal',
    labelNames: ['outcome'],
    registers,
  });
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
  const retries = new Counter({
    name: 'stock_retries_total',
    help: 'Batches that were tried again, by reason',
    labelNames: ['reason'],
    registers,
  });
  const orphans = new Counter({
    name: 'stock_orphans_ended_total',
    help: 'Open transactions of dead processes that this one has ended',
    registers,
  });
  return {
    outcome: (kind, outcome) => {
      outcomes.inc({ kind, outcome });
      if (kind === 'purchase') purchases.inc({ outcome });
    },
    batch: (commands) => sizes.observe(commands),
    commitMs: (ms) => commits.observe(ms / 1000),
    retry: (reason) => retries.inc({ reason }),
    orphansEnded: (count) => orphans.inc(count),
    watchQueue: (read) => createQueueGauges(registers, read),
  };
};
