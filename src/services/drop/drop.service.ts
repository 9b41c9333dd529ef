import { z } from 'zod';
import type { DropEvent, DropWish } from '../../schemas/drop.js';
import { createProductBody, product, type ProductView } from '../../schemas/product.js';
import type { Caller } from '../../utils/caller.js';
import { AppError, unavailable } from '../../utils/errors.js';
import { newId } from '../../utils/uuid.js';
import type { ProductService } from '../product.service.js';
import { runDrop, type DropRunDependencies } from './drop-run.js';

const runMsMax = 60_000;
const priceMinor = 4_900;

export interface DropDependencies extends Pick<DropRunDependencies, 'purchases' | 'audits' | 'took'> {
  products: Pick<ProductService, 'create'>;
  logger: { info: (about: object, line: string) => void };
  random?: () => number;
  /** How long one may take in all. */
  deadlineMs?: number;
}

/** A drop whose product is there; `run` has to be called, once. */
export interface Drop {
  /**
   * Sends the buyers and tells of them; resolves when all that were sent have an answer.
   * @param left fires when nobody watches any more: no further buyer is sent
   */
  run: (tell: (event: DropEvent) => void, left: AbortSignal) => Promise<void>;
}

const made = z.object({ data: product });

/** Bounded bursts of made-up buyers against a product of their own, to be watched; one at a time in a process. */
export const createDropService = (deps: DropDependencies) => {
  const { products, logger } = deps;
  const runDeps = { random: Math.random, deadlineMs: runMsMax, ...deps };
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const createProduct = async (caller: Caller, { units, name }: DropWish): Promise<ProductView> => {
    const sku = `DROP-${newId().slice(-12).toUpperCase()}`;
    const input = { sku, name: name ?? `Drop of ${units} units`, price: priceMinor, stock: units, tags: ['demo'] };
    const { body } = await products.create(caller, createProductBody.parse(input), undefined);
    return made.parse(JSON.parse(body)).data;
  };

  /** From here on the process has a drop. @returns what ends that */
  const take = (): (() => void) => {
    let finish = (): void => undefined;
    running = new Promise((resolve) => {
      finish = () => {
        running = undefined;
        resolve();
      };
    });
    return finish;
  };

  return {
    /**
     * Makes the product. The process has a drop from here until `run` has ended.
     * @throws AppError DROP_RUNNING, UNAVAILABLE
     */
    start: async (caller: Caller, wish: DropWish): Promise<Drop> => {
      if (running !== undefined) throw new AppError('DROP_RUNNING');
      if (stopping.signal.aborted) throw unavailable(1);
      const finish = take();
      const shown = await createProduct(caller, wish).catch((error: unknown) => {
        finish();
        throw error;
      });
      return {
        run: async (tell, left) => {
          try {
            const cutShort = await runDrop(runDeps, shown, wish, tell, { left, stopping: stopping.signal });
            if (cutShort !== null) logger.info({ productId: shown.id, cutShort }, 'a drop was cut short');
          } finally {
            finish();
          }
        },
      };
    },
    /** Sends no further buyer, and takes no further drop. */
    stop: (): void => stopping.abort(),
    /** The same, and waits for those who were sent. */
    close: async (): Promise<void> => {
      stopping.abort();
      await running;
    },
  };
};

export type DropService = ReturnType<typeof createDropService>;
