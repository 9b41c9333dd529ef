interface Change {
  productId: string;
  seq: number;
  firstSeq: number;
}

interface Heard {
  /** Movements that messages have told of. */
  told: number;
  lastSeq: number;
}

/**
 * Books what a service tells of products that begin with one line in their ledgers and are then only bought, one unit a
 * time: by the messages at the broker every movement, each once, and by the stream the newest level.
 */
export const createHeardBook = () => {
  const byMessages = new Map<string, Heard>();
  const byStream = new Map<string, number>();
  const seen = new Set<string>();
  let resets = 0;
  let lastId = '';

  const enter = ({ productId, seq, firstSeq }: Change): void => {
    const heard = byMessages.get(productId) ?? { told: 0, lastSeq: 0 };
    heard.told += seq - firstSeq + 1;
    heard.lastSeq = Math.max(heard.lastSeq, seq);
    byMessages.set(productId, heard);
  };

  return {
    /** A message of the broker. One that comes again, which it may, counts once. */
    message: (text: string): void => {
      const event = JSON.parse(text) as { id: string; type: string; data: { changes?: Change[] } };
      if (event.type !== 'stock.changed' || seen.has(event.id)) return;
      seen.add(event.id);
      for (const change of event.data.changes ?? []) enter(change);
    },
    /** What stands between two empty lines of the stream. */
    block: (text: string): void => {
      const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(text)?.[1] ?? '';
      if (field('id') !== '') lastId = field('id');
      if (field('event') === 'reset') resets++;
      const data = field('data');
      if (data === '') return;
      const { id, seq } = JSON.parse(data) as { id?: string; seq?: number };
      if (id !== undefined && seq !== undefined) byStream.set(id, Math.max(byStream.get(id) ?? 0, seq));
    },
    lastStreamId: (): string => lastId,
    /** What has not been told of these sales; empty: all of it. A stream that has said `reset` promises no level before it. */
    missing: (ids: readonly string[], answered: readonly number[]): string[] => {
      const sold = ids.map((id, index) => ({ id, units: answered[index] ?? 0 })).filter(({ units }) => units > 0);
      const untold = sold.filter(({ id, units }) => {
        const heard = byMessages.get(id);
        return heard?.told !== units || heard.lastSeq !== units + 1;
      });
      const unseen = resets > 0 ? [] : sold.filter(({ id, units }) => byStream.get(id) !== units + 1);
      return [
        ...(untold.length === 0 ? [] : [`messages do not tell all sales of ${String(untold.length)} products`]),
        ...(unseen.length === 0
          ? []
          : [`the stream has not shown the last level of ${String(unseen.length)} products`]),
      ];
    },
  };
};
