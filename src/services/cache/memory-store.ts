import { randomBytes } from 'node:crypto';
import type { CacheStore } from './cache-store.js';
import { covers, decodeEntry, encodeEntry, leaseMark } from './entry-text.js';

interface Slot {
  text: string;
  expiresAtMs: number;
}

type DroppedListener = (keys: readonly string[] | null) => void;

const leaseMs = 3_000;
const markMs = 60_000;

export interface MemoryRoomOptions {
  /** The most that is kept, by length of text; the oldest goes first. */
  charactersMax: number;
}

/** Texts that run out, as Redis keeps them. */
const createTexts = ({ charactersMax }: MemoryRoomOptions) => {
  const slots = new Map<string, Slot>();
  let characters = 0;
  const erase = (key: string): void => {
    characters -= slots.get(key)?.text.length ?? 0;
    slots.delete(key);
  };
  return {
    keys: (): string[] => [...slots.keys()],
    erase,
    read: (key: string): string | null => {
      const slot = slots.get(key);
      if (slot === undefined) return null;
      if (slot.expiresAtMs > Date.now()) return slot.text;
      erase(key);
      return null;
    },
    write: (key: string, text: string, ttlMs: number): void => {
      erase(key);
      slots.set(key, { text, expiresAtMs: Date.now() + ttlMs });
      characters += text.length;
      for (const oldest of slots.keys()) {
        if (characters <= charactersMax) break;
        erase(oldest);
      }
    },
  };
};
type Texts = ReturnType<typeof createTexts>;

const encodeMark = (version: number): string => encodeEntry({ body: null, version, seq: 0, expiresAtMs: 0 });
const isLease = (text: string): boolean => text.startsWith(leaseMark);

/** What reads and fills entries, leases included. */
const entryCommands = ({ read, write }: Texts): Pick<CacheStore, 'get' | 'claim' | 'fill'> => ({
  get: (key) => {
    const text = read(key);
    return Promise.resolve(text === null || isLease(text) ? null : text);
  },
  claim: (key) => {
    const text = read(key);
    if (text !== null) return Promise.resolve(isLease(text) ? { foreign: true } : { text });
    const token = randomBytes(9).toString('base64url');
    write(key, leaseMark + token, leaseMs);
    return Promise.resolve({ lease: { fullKey: key, token } });
  },
  fill: ({ fullKey, token }, text, ttlMs) => {
    const stands = read(fullKey) === leaseMark + token;
    if (stands) write(fullKey, text, ttlMs);
    return Promise.resolve(stands);
  },
});

/** What deletes entries. */
const endingCommands = (
  { read, write }: Texts,
  drop: (keys: readonly string[]) => void,
): Pick<CacheStore, 'remove' | 'heal'> => ({
  remove: (keys, marks) => {
    drop(keys);
    for (const [key, version] of marks ?? []) write(`m:${key}`, encodeMark(version), markMs);
    return Promise.resolve();
  },
  heal: ({ key, stamp, also }) => {
    const text = read(key);
    const entry = text === null ? null : decodeEntry(text);
    if (text !== null && (entry === null || stamp === null || !covers(entry, stamp))) drop([key]);
    const version = stamp?.version;
    const mark = decodeEntry(read(`m:${key}`) ?? '')?.version ?? -1;
    if (also.length > 0 && (version === undefined || mark < version)) {
      drop(also);
      if (version !== undefined) write(`m:${key}`, encodeMark(version), markMs);
    }
    return Promise.resolve();
  },
});

/**
 * The shared layer without Redis: one room of texts in this process. Each `store()` is a client of its own and is told of what the
 * others delete, as with Redis.
 */
export const createMemoryRoom = (options: MemoryRoomOptions = { charactersMax: 16 * 1024 * 1024 }) => {
  const texts = createTexts(options);
  const clients = new Set<DroppedListener>();

  const store = (): CacheStore => {
    const listeners: DroppedListener[] = [];
    const hear: DroppedListener = (keys) => {
      for (const listener of listeners) listener(keys);
    };
    clients.add(hear);
    const drop: DroppedListener = (keys) => {
      for (const key of keys ?? texts.keys()) texts.erase(key);
      for (const client of clients) if (client !== hear) client(keys);
    };
    return {
      isUp: () => true,
      isFresh: () => true,
      ...entryCommands(texts),
      ...endingCommands(texts, drop),
      renew: () => {
        drop(null);
        hear(null);
        return Promise.resolve();
      },
      onDropped: (listener) => void listeners.push(listener),
      onUp: () => undefined,
      close: () => void clients.delete(hear),
    };
  };

  return { store };
};
