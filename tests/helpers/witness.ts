/** How far a product was when somebody saw it. */
export interface Seen {
  version: number;
  seq: number;
}

/** A read that showed less than a write that had been answered before the read began. */
export interface StaleRead {
  id: string;
  where: string;
  wanted: Seen | 'there' | 'gone';
  got: Seen | 'there' | 'gone';
  /** How long before the read began the first write that it lacks had been answered, in milliseconds. */
  ageMs: number;
}

interface Track {
  /** The most that had been answered by then, oldest first. */
  answers: (Seen & { ms: number })[];
  firstSeq: number;
  moves: number;
  createdMs: number;
  deletionAskedMs: number;
  deletedMs: number;
}

/** Remembers what has been answered and when, and judges what reads show. All times by `performance.now()` of one process. */
export const createWitness = () => {
  const tracks = new Map<string, Track>();
  const stale: StaleRead[] = [];
  let judged = 0;

  const trackOf = (id: string): Track => {
    const track = tracks.get(id);
    if (track === undefined) throw new Error(`nobody has made the product ${id}`);
    return track;
  };
  const push = (track: Track, { version, seq }: Seen): void => {
    const last = track.answers.at(-1);
    const most = { version: Math.max(version, last?.version ?? 0), seq: Math.max(seq, last?.seq ?? 0) };
    track.answers.push({ ...most, ms: performance.now() });
  };
  /** The first answer that was there before the read began and says more than it saw. */
  const missedBy = ({ answers }: Track, got: Seen, sentMs: number) => {
    let missed: (typeof answers)[number] | undefined;
    for (let index = answers.length - 1; index >= 0; index--) {
      const answer = answers[index];
      if (answer === undefined || answer.ms > sentMs) continue;
      if (answer.version <= got.version && answer.seq <= got.seq) break;
      missed = answer;
    }
    return missed;
  };

  const sawThere = (id: string, got: Seen, sentMs: number, where: string): void => {
    judged++;
    const track = tracks.get(id);
    // Made, and not yet answered to whoever has made it.
    if (track === undefined) return;
    if (track.deletedMs < sentMs) {
      stale.push({ id, where, wanted: 'gone', got: 'there', ageMs: sentMs - track.deletedMs });
    }
    const missed = missedBy(track, got, sentMs);
    if (missed === undefined) return;
    const { version, seq, ms } = missed;
    stale.push({
      ...{ id, where, wanted: { version, seq }, got: { version: got.version, seq: got.seq } },
      ageMs: sentMs - ms,
    });
  };
  const sawGone = (id: string, sentMs: number, where: string): void => {
    judged++;
    const { createdMs, deletionAskedMs } = trackOf(id);
    if (createdMs > sentMs || deletionAskedMs < performance.now()) return;
    stale.push({ id, where, wanted: 'there', got: 'gone', ageMs: sentMs - createdMs });
  };

  return {
    stale,
    judged: () => judged,
    writes: () => [...tracks.values()].reduce((sum, { answers }) => sum + answers.length, 0),
    created: (id: string, seen: Seen): void => {
      const track: Track = {
        ...{ answers: [], firstSeq: seen.seq, moves: 0, createdMs: performance.now() },
        ...{ deletionAskedMs: Infinity, deletedMs: Infinity },
      };
      tracks.set(id, track);
      push(track, seen);
    },
    edited: (id: string, version: number): void => push(trackOf(id), { version, seq: 0 }),
    /** Each answered movement of stock has raised `seq` by one, whichever it was. */
    moved: (id: string): void => {
      const track = trackOf(id);
      push(track, { version: 0, seq: track.firstSeq + ++track.moves });
    },
    deleting: (id: string): void => {
      trackOf(id).deletionAskedMs = performance.now();
    },
    deleted: (id: string): void => {
      trackOf(id).deletedMs = performance.now();
    },
    /** To be called when the read was answered. */
    sawThere,
    sawGone,
    /** A list that shows all products there are. */
    sawList: (items: readonly (Seen & { id: string })[], sentMs: number, where: string): void => {
      for (const item of items) sawThere(item.id, item, sentMs, where);
      const ids = new Set(items.map(({ id }) => id));
      for (const id of tracks.keys()) if (!ids.has(id)) sawGone(id, sentMs, where);
    },
  };
};

export type Witness = ReturnType<typeof createWitness>;
