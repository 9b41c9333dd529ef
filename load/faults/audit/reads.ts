import type { Evidence, Read, Via } from '../evidence.js';

/** When all is quiet every process shows what the database has. */
export const cacheFaults = ({ products, views }: Pick<Evidence, 'products' | 'views'>): string[] =>
  views.flatMap(({ at, productId, ...shown }) => {
    const product = products.find(({ _id }) => _id === productId);
    if (product === undefined) return [`${at} shows product ${productId}, which is not there`];
    const { stock, reserved, sold, seq, version } = product;
    const wanted = { stock, reserved, sold, seq, version };
    const names = Object.keys(wanted) as (keyof typeof wanted)[];
    if (names.every((name) => wanted[name] === shown[name])) return [];
    return [`${at} shows product ${productId} as ${JSON.stringify(shown)}, the database has ${JSON.stringify(wanted)}`];
  });

interface Written {
  seq: number;
  answeredMs: number;
}

const placeOf = (via: Via, productId: string): string => `${via.name} ${String(via.incarnation)} ${productId}`;

/** What each life of a process has answered of a product, by when. */
const writtenBy = ({ record, lines }: Evidence): Map<string, Written[]> => {
  const seqs = new Map(lines.map(({ _id, seq }) => [_id, seq]));
  const written = new Map<string, Written[]>();
  for (const { id, via, productId, answeredMs } of [...record.sales, ...record.holds, ...record.moves]) {
    const seq = seqs.get(id);
    if (seq === undefined || via.incarnation === undefined) continue;
    const place = placeOf(via, productId);
    written.set(place, [...(written.get(place) ?? []), { seq, answeredMs }]);
  }
  return written;
};

/** A process that has answered a write shows nothing older to whoever asks it afterwards. */
export const staleFaults = (evidence: Evidence): string[] => {
  const written = writtenBy(evidence);
  return evidence.record.reads.flatMap(({ via, productId, seq, sentMs }: Read) => {
    if (via.incarnation === undefined) return [];
    const before = (written.get(placeOf(via, productId)) ?? []).filter(({ answeredMs }) => answeredMs < sentMs);
    const newest = Math.max(0, ...before.map((each) => each.seq));
    if (seq >= newest) return [];
    return [`${via.name} showed product ${productId} at seq ${seq} after it had answered a write of seq ${newest}`];
  });
};
