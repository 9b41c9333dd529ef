import type { HoldDocument } from '../../models/hold.model.js';
import type { HoldEnd } from '../../models/stock-state.js';

type Ended = HoldEnd['status'];

/** The holds of a batch while it is decided: those that were there, those that it makes, and how they end. */
export const createHoldDraft = (stored: ReadonlyMap<string, HoldDocument>) => {
  const ended = new Map<string, HoldEnd>();
  const added: HoldDocument[] = [];
  let unkept: string[] = [];
  let keptAdded = 0;

  return {
    /** A hold as it is by now. */
    get: (id: string): HoldDocument | undefined => {
      const hold = stored.get(id);
      const end = ended.get(id);
      return hold && end ? { ...hold, status: end.status } : hold;
    },
    /** Those that are past their time and still held. */
    expired: (at: Date): HoldDocument[] =>
      [...stored.values()].filter(({ status, expiresAt }) => status === 'held' && expiresAt <= at),
    add: (hold: HoldDocument): void => {
      added.push(hold);
    },
    end: ({ _id, expiresAt }: HoldDocument, status: Ended, saleId: string | null = null): void => {
      ended.set(_id, { _id, expiresAt, status, saleId });
      unkept.push(_id);
    },
    keep: (): void => {
      unkept = [];
      keptAdded = added.length;
    },
    undo: (): void => {
      for (const id of unkept) ended.delete(id);
      unkept = [];
      added.length = keptAdded;
    },
    added: added as readonly HoldDocument[],
    ends: (): HoldEnd[] => [...ended.values()],
  };
};

export type HoldDraft = ReturnType<typeof createHoldDraft>;
