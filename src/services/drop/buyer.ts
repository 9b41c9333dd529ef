import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { purchase } from '../../schemas/ledger.js';
import { AppError, type ErrorCode } from '../../utils/errors.js';
import { fullJitterMs } from '../../utils/retry.js';
import { newId } from '../../utils/uuid.js';
import type { PurchaseService } from '../purchase.service.js';

/** A buyer who is told to come back does so a few times, as a person would. */
const triesMax = 4;
const backoff = { baseMs: 100, capMs: 1_000 } as const;

const answer = z.object({ data: purchase });

export type BuyerOutcome = { outcome: 'won'; stockAfter: number } | { outcome: ErrorCode };

/** The key under which a 503 says that its outcome can be asked for. */
const retryKeyOf = ({ headers }: AppError): string | undefined => headers['Idempotency-Key'];

/**
 * One made-up customer, who buys one unit of a product, and tries again with the key that a 503 has handed out, if it has.
 * Never rejects.
 * @param signal nobody tries again once it has fired
 */
export const sendBuyer = async (
  buy: PurchaseService['buy'],
  productId: string,
  signal: AbortSignal,
): Promise<BuyerOutcome> => {
  const caller = { id: newId(), role: 'user' } as const;
  let key: string | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      const { body } = await buy(caller, { productId, quantity: 1 }, key);
      return { outcome: 'won', stockAfter: answer.parse(JSON.parse(body)).data.stockAfter };
    } catch (error) {
      if (!(error instanceof AppError)) return { outcome: 'INTERNAL' };
      if (error.code !== 'UNAVAILABLE' || attempt + 1 >= triesMax) return { outcome: error.code };
      key = retryKeyOf(error) ?? key;
      // Short enough to be sat out: hundreds of buyers would listen to the one signal.
      await sleep(fullJitterMs(attempt, backoff.baseMs, backoff.capMs));
      if (signal.aborted) return { outcome: error.code };
    }
  }
};
