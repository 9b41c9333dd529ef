import type { HoldQueries } from '../models/hold-queries.js';
import { AppError } from '../utils/errors.js';
import { newId } from '../utils/uuid.js';
import type { StockCommand } from './stock-engine/commands.js';
import type { StockEngine } from './stock-engine/stock-engine.js';

const sweepMs = 500;
/** The most holds that one look finds, and the most looks that one sweep takes; what is left waits for the next sweep. */
const lookMax = 1_000;
const looksMax = 50;

export interface HoldSweepDependencies {
  holds: Pick<HoldQueries, 'expired'>;
  engine: Pick<StockEngine, 'submit'>;
  logger: { warn: (fields: object, message: string) => void };
  now?: () => Date;
}

/** Makes the engine look at a product: what has expired there is taken back by every batch that does. */
const lookCommand = (productId: string): StockCommand => {
  const id = newId();
  return {
    kind: 'expire',
    key: null,
    hash: '',
    retryKey: id,
    actorId: id,
    buyerId: null,
    lines: [{ type: 'expire', id, productId }],
    showsProduct: false,
    answer: () => ({ status: 204, body: '', location: null }),
  };
};

/**
 * Puts the units of expired holds back into stock, twice a second, from `start` to `stop`. Any number of processes may do so side
 * by side: a hold ends once, whoever's batch is first.
 */
export const createHoldSweep = ({ holds, engine, logger, now = () => new Date() }: HoldSweepDependencies) => {
  let timer: NodeJS.Timeout | null = null;
  let sweeping: Promise<void> | null = null;
  let stopped = false;

  /** @returns whether there is more than one look finds */
  const look = async (): Promise<boolean> => {
    const found = await holds.expired(now(), lookMax);
    await Promise.all([...new Set(found)].map((productId) => engine.submit(lookCommand(productId))));
    return found.length === lookMax;
  };

  const sweep = async (): Promise<void> => {
    try {
      for (let looks = 0; looks < looksMax && !stopped; looks++) if (!(await look())) return;
    } catch (error) {
      // A full queue or a database that is away is known from elsewhere; the next sweep finds the same holds.
      if (!(error instanceof AppError)) logger.warn({ err: error }, 'looking for expired reservations failed');
    }
  };

  return {
    start: (): void => {
      // A sweep that takes longer than the next is due is not joined by others.
      timer = setInterval(() => {
        sweeping ??= sweep().finally(() => (sweeping = null));
      }, sweepMs);
      timer.unref();
    },
    stop: async (): Promise<void> => {
      stopped = true;
      if (timer) clearInterval(timer);
      await sweeping;
    },
  };
};

export type HoldSweep = ReturnType<typeof createHoldSweep>;
