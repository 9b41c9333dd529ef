import type { MovementDocument } from '../../src/models/movement.model.js';
import type { StateQuery, StockState, StockWrites } from '../../src/models/stock-state.js';
import type { CommitResult } from '../../src/models/stock-store.js';
import { readMemory, writtenTo, type MemoryStock } from './memory-stock.js';

/** What happens at a step; each is told how often the step has been before, from 0, and may throw. */
export interface StockScript {
  onRead?: (time: number, query: StateQuery) => void;
  /** Between the read and the look at the lines, and after it. */
  onLanded?: (time: number) => void;
  onWrite?: (time: number, writes: StockWrites) => void;
  /** `lost`: the commit never arrived. `lost reply`: it took effect and nobody heard. */
  onCommit?: (time: number) => CommitResult | 'lost' | 'lost reply';
}

const isSame = (written: MovementDocument | undefined, line: MovementDocument): boolean =>
  written?.seq === line.seq && written.createdAt.getTime() === line.createdAt.getTime();

/** A stock store in memory, whose `stock` a test may change at any step, as another process would. */
export const createFakeStockStore = (initial: MemoryStock, script: StockScript = {}) => {
  const counts = { read: 0, landed: 0, write: 0, commit: 0, end: 0 };
  const world = { stock: initial };
  const written: StockWrites[] = [];

  const begin = () => {
    let mine: StockWrites | null = null;
    let isIn = false;
    const land = (): void => {
      if (mine && !isIn) world.stock = writtenTo(world.stock, mine);
      isIn = true;
    };
    return {
      write: (writes: StockWrites): Promise<void> =>
        Promise.resolve().then(() => {
          const time = counts.write++;
          script.onWrite?.(time, writes);
          writtenTo(world.stock, writes);
          mine = writes;
          written.push(writes);
        }),
      commit: (): Promise<CommitResult> =>
        Promise.resolve().then(() => {
          const time = counts.commit++;
          const what = script.onCommit?.(time) ?? 'committed';
          if (what === 'committed' || what === 'lost reply') land();
          return what === 'lost' || what === 'lost reply' ? 'unknown' : what;
        }),
      end: (): Promise<void> => {
        counts.end++;
        return Promise.resolve();
      },
    };
  };

  return {
    world,
    counts,
    /** Every batch that was written, committed or not. */
    written,
    read: (query: StateQuery): Promise<StockState> =>
      Promise.resolve().then(() => {
        const time = counts.read++;
        script.onRead?.(time, query);
        return readMemory(world.stock, query);
      }),
    begin,
    landed: (movements: readonly MovementDocument[]): Promise<boolean> =>
      Promise.resolve().then(() => {
        const time = counts.landed++;
        script.onLanded?.(time);
        return movements.every((line) => isSame(world.stock.movements.get(line._id), line));
      }),
  };
};

export type FakeStockStore = ReturnType<typeof createFakeStockStore>;
