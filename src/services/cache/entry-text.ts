/** How far a product has come: `version` counts edits, `seq` movements of stock. Entries of other kinds are at 0. */
export interface Stamp {
  version: number;
  seq: number;
}

/** What an entry holds: JSON text, or null where the database has nothing under this id. */
export interface Loaded extends Stamp {
  body: string | null;
}

export interface StoredEntry extends Loaded {
  /** Milliseconds since 1970; no copy of the entry is good for longer. */
  expiresAtMs: number;
}

/** A slot that holds a lease begins so. */
export const leaseMark = 'L';

const headPattern = /^V(\d{1,15}),(\d{1,15}),(\d{1,15})\n/;

/**
 * The text under which an entry is stored, `V<expiry>,<version>,<seq>\n<body>`: the head is for those who look at an entry
 * without parsing its body, `scripts.ts` among them.
 */
export const encodeEntry = ({ body, version, seq, expiresAtMs }: StoredEntry): string =>
  `V${String(expiresAtMs)},${String(version)},${String(seq)}\n${body ?? ''}`;

/** The entry that a text holds; null when it is a lease or nothing of ours. */
export const decodeEntry = (text: string): StoredEntry | null => {
  const head = headPattern.exec(text);
  if (head === null) return null;
  const body = text.slice(head[0].length);
  return {
    body: body === '' ? null : body,
    expiresAtMs: Number(head[1]),
    version: Number(head[2]),
    seq: Number(head[3]),
  };
};

/** Whether what is at `stamp` has seen everything that `event` tells of. */
export const covers = (stamp: Stamp, event: Partial<Stamp>): boolean =>
  stamp.version >= (event.version ?? 0) && stamp.seq >= (event.seq ?? 0);
