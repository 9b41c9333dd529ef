import type { Stamp } from './entry-text.js';

/** A copy in this process, ready to be sent. */
export interface Copy extends Stamp {
  /** Made by the region that the key belongs to; null where the database has nothing. */
  value: unknown;
  /** By `performance.now()`. */
  expiresAtMs: number;
  /** About how much memory it takes. */
  bytes: number;
}

interface Slot extends Copy {
  used: boolean;
}

export interface L1Limits {
  entriesMax: number;
  bytesMax: number;
}

/**
 * The process's own copies: a map bounded in entries and bytes. What has been read since its last turn gets a second turn
 * before it is thrown out (the CLOCK algorithm), which costs a read one assignment and no reordering.
 */
export const createL1 = ({ entriesMax, bytesMax }: L1Limits) => {
  const slots = new Map<string, Slot>();
  let bytes = 0;

  const drop = (key: string): void => {
    const slot = slots.get(key);
    if (slot === undefined) return;
    bytes -= slot.bytes;
    slots.delete(key);
  };

  const makeRoom = (): void => {
    // What gets another turn goes to the end of the map, where the same loop may meet it again, then unused.
    for (const [key, slot] of slots) {
      if (slots.size <= entriesMax && bytes <= bytesMax) return;
      slots.delete(key);
      if (slot.used) {
        slot.used = false;
        slots.set(key, slot);
      } else {
        bytes -= slot.bytes;
      }
    }
  };

  return {
    get: (key: string, nowMs: number): Copy | undefined => {
      const slot = slots.get(key);
      if (slot === undefined) return undefined;
      if (slot.expiresAtMs <= nowMs) {
        drop(key);
        return undefined;
      }
      slot.used = true;
      return slot;
    },
    set: (key: string, copy: Copy): void => {
      drop(key);
      slots.set(key, { ...copy, used: false });
      bytes += copy.bytes;
      makeRoom();
    },
    drop,
    clear: (): void => {
      slots.clear();
      bytes = 0;
    },
    size: (): number => slots.size,
    bytes: (): number => bytes,
  };
};

export type L1 = ReturnType<typeof createL1>;
