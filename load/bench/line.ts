import type { Quantity } from './run.js';

/** One thing that a line of the bench promises. */
export interface Target {
  /** What is compared, for people. */
  label: string;
  quantity: Quantity;
  of: string;
  /** What `of` is divided by; null: the figure stands for itself. */
  by: string | null;
  atLeast?: number;
  atMost?: number;
  unit?: string;
}

export interface Line {
  id: string;
  work: string;
  against: string;
  targets: readonly Target[];
}

export const rate = (of: string, by: string, atLeast: number, label = 'rate'): Target => ({
  ...{ label, quantity: 'rate', of, by, atLeast },
});
