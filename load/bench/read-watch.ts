import type { ReadsSeen } from './stale-reads.js';

/** The movements that an `ETag` of "version.seq" counts; NaN when it is no such. */
export const seqOf = (etag: string | undefined): number => Number(/^"\d+\.(\d+)"$/.exec(etag ?? '')?.[1] ?? NaN);

/** The stock that a product's JSON shows; NaN when it shows none. */
export const stockOf = (body: string): number => {
  const name = '"stock":';
  const at = body.indexOf(name);
  return at < 0 ? NaN : Number.parseInt(body.slice(at + name.length, at + name.length + 12), 10);
};

/** Notes what reads showed, column by column. */
export const createReadWatch = () => {
  const seen: ReadsSeen = { begunMs: [], ids: [], stocks: [], seqs: [] };
  return {
    seen,
    note: (begunMs: number, idIndex: number, body: string, etag: string | undefined): void => {
      seen.begunMs.push(begunMs);
      seen.ids.push(idIndex);
      seen.stocks.push(stockOf(body));
      seen.seqs.push(seqOf(etag));
    },
  };
};
