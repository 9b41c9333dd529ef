import type { OutboxPart, OutboxStore } from '../../models/outbox-store.js';
import type { OutboxDocument } from '../../models/outbox.model.js';
import { fullJitterMs } from '../../utils/retry.js';

/** `handed`: over for good. `refused`: not now, and later ones may go first. `failed`: nothing goes now. */
export type HandOver = 'handed' | 'refused' | 'failed';

export interface SweepOptions {
  part: OutboxPart;
  outbox: Pick<OutboxStore, 'read' | 'settle'>;
  /** One outcome for each document. */
  handOver: (documents: readonly OutboxDocument[]) => Promise<HandOver[]>;
  /** Whether this process may go on, and the other side is there. */
  isOpen: () => boolean;
  /** How soon to look again after there was little to do. */
  pollMs: number;
  /** And after there was nothing. */
  idleMs: number;
  pageSize: number;
  /** Monotonic milliseconds. */
  nowMs?: () => number;
}

interface Refused {
  tries: number;
  dueMs: number;
}

/** A sweep that finds no end begins again: what has committed behind it must not wait for ever. */
const sweepMsMax = 10_000;
/** Past it, the one that was refused first is just tried again sooner. */
const refusedMax = 10_000;
const closedMs = 100;

/** Documents that were refused, each with when it may be tried again. */
const createRefused = (nowMs: () => number) => {
  const refused = new Map<string, Refused>();
  return {
    isDue: (id: string): boolean => (refused.get(id)?.dueMs ?? 0) <= nowMs(),
    forget: (id: string): void => void refused.delete(id),
    add: (id: string): void => {
      const tries = (refused.get(id)?.tries ?? 0) + 1;
      const [eldest] = refused.keys();
      if (refused.size >= refusedMax && eldest !== undefined) refused.delete(eldest);
      refused.set(id, { tries, dueMs: nowMs() + 50 + fullJitterMs(tries, 100, 5_000) });
    },
  };
};

/**
 * Reads page after page of the outbox. The next one is asked for while the present one is handed over: in a backlog the two sides work
 * at the same time.
 */
const createPages = ({ part, outbox, pageSize }: Pick<SweepOptions, 'part' | 'outbox' | 'pageSize'>) => {
  let after: string | undefined;
  let ahead: Promise<OutboxDocument[]> | undefined;
  const restart = (): void => {
    after = undefined;
    ahead = undefined;
  };
  return {
    restart,
    isAtStart: (): boolean => after === undefined,
    /** @returns the page, and whether it is the last; then the next one is the first again */
    next: async (mayGoOn: boolean): Promise<{ page: OutboxDocument[]; isLast: boolean }> => {
      const asked = ahead ?? outbox.read(part, after, pageSize);
      ahead = undefined;
      const page = await asked;
      const isLast = page.length < pageSize || !mayGoOn;
      after = isLast ? undefined : page.at(-1)?._id;
      if (!isLast) {
        ahead = outbox.read(part, after, pageSize);
        // Whoever takes it hears of it.
        ahead.catch(() => undefined);
      }
      return { page, isLast };
    },
  };
};

/** Takes what was handed over out of the outbox while the next page is on its way, one time after the other. */
const createSettler = ({ part, outbox }: Pick<SweepOptions, 'part' | 'outbox'>) => {
  let settling = Promise.resolve();
  const settled = async (): Promise<void> => {
    const last = settling;
    settling = Promise.resolve();
    await last;
  };
  return {
    /** Resolves when all is taken out. @throws the database's errors, once */
    settled,
    /** Begins to take these out, once those before are. @throws the database's errors of those before */
    begin: async (documents: readonly OutboxDocument[]): Promise<void> => {
      await settled();
      if (documents.length === 0) return;
      settling = outbox.settle(part, documents);
      settling.catch(() => undefined);
    },
  };
};

/**
 * Hands the outbox over, page by page from its beginning to its end and then again: ids of several processes interleave and
 * transactions commit later than their ids say, so there is no mark below which nothing is left. At least once: what was handed over and
 * could not be taken out is handed over again.
 */
export const createSweep = (options: SweepOptions) => {
  const { handOver, isOpen, pollMs, idleMs, nowMs = () => performance.now() } = options;
  const refused = createRefused(nowMs);
  const pages = createPages(options);
  const settler = createSettler(options);
  let begunMs = 0;
  let failures = 0;

  /** @returns whether the other side is there at all */
  const handOverAll = async (documents: readonly OutboxDocument[]): Promise<boolean> => {
    if (documents.length === 0) return true;
    const outcomes = await handOver(documents);
    const handed = documents.filter((_, index) => outcomes[index] === 'handed');
    for (const { _id } of handed) refused.forget(_id);
    documents.forEach(({ _id }, index) => {
      if (outcomes[index] === 'refused') refused.add(_id);
    });
    await settler.begin(handed);
    return !outcomes.includes('failed');
  };

  const sweepOn = async (): Promise<number> => {
    if (pages.isAtStart()) {
      // From the beginning nothing may be met again that is on its way out.
      await settler.settled();
      begunMs = nowMs();
    }
    const { page, isLast } = await pages.next(nowMs() - begunMs <= sweepMsMax);
    const isThere = await handOverAll(page.filter(({ _id }) => refused.isDue(_id)));
    failures = isThere ? 0 : failures + 1;
    if (!isThere) pages.restart();
    if (!isThere) return 20 + fullJitterMs(failures, 50, 2_000);
    if (!isLast) return 0;
    return page.length > 0 ? pollMs : idleMs;
  };

  return {
    /** One page; the step of a loop. @throws the database's errors; the next step begins at the beginning then */
    step: async (): Promise<number> => {
      if (!isOpen()) {
        pages.restart();
        return closedMs;
      }
      try {
        return await sweepOn();
      } catch (error) {
        pages.restart();
        throw error;
      }
    },
    /** Waits for what is still on its way out. Never rejects. */
    finish: (): Promise<void> => settler.settled().catch(() => undefined),
  };
};

export type Sweep = ReturnType<typeof createSweep>;
