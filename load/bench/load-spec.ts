import type { ReadsSeen } from './stale-reads.js';

/** What requests are made of. */
export interface RequestSpec {
  /** Connection number c goes to `ports[c % ports.length]` of the loopback. */
  ports: readonly number[];
  connections: number;
  method: 'GET' | 'POST';
  /** The path is `pathPrefix + id + pathSuffix`. All ids have the same length. */
  pathPrefix: string;
  pathSuffix: string;
  ids: readonly string[];
  /**
   * `random`: a fresh id for every request. `zipf`: the same, the first id the most often, see `createZipf`.
   * `laps`: one id until every customer of the connection has had it, then the next, then the end.
   */
  order: 'random' | 'zipf' | 'laps';
  /** Before that order begins, each id is asked for once. */
  sweep: boolean;
  /** Header lines of every request beside the usual ones. */
  headers: readonly string[];
  /** Header lines such as `Authorization: Bearer ...`, one per customer, shared out among the connections. */
  customers: readonly string[];
  /** Every second request of each connection carries an `Idempotency-Key` of its own. */
  keyed: boolean;
  body: string | null;
}

/** What one generator process is asked to do; travels over IPC, so plain data only. */
export interface LoadSpec extends RequestSpec {
  /** Load before the window that counts, ms, at least. */
  warmMs: number;
  /** It also lasts until this many answers have come, for as long as `warmMsMax`: fresh code is slow code. */
  warmAnswersMin: number;
  warmMsMax: number;
  /** The window that counts, ms. */
  measureMs: number;
  /** The status that counts as work done. */
  expectedStatus: number;
  /** Notes of every read when it was begun and what it showed, to be held against the sales. */
  watch: boolean;
  /** Processes whose CPU time is read at both ends of the window, by name. */
  cpuPids: Readonly<Record<string, readonly number[]>>;
  /** Processes that are sent SIGUSR2 at both ends of the window, for those who watch them meanwhile. */
  markedPids?: readonly number[];
}

/** What the generator found. */
export interface LoadResult {
  /** Answers of the whole run, drain included, by status. */
  statuses: Record<string, number>;
  /** 201s over the whole run, for each of `ids`. */
  soldPerId: number[];
  /** Broken connections and time-outs; their outcome is unknown. */
  errors: number;
  /** Answers within the window by what `X-Cache` said; `none` where there was no such header. */
  cacheStates: Record<string, number>;
  /** All reads, the warm-up included, when they are watched. */
  reads: ReadsSeen | null;
  /** Answers of any status within the window. */
  windowAnswers: number;
  /** Answers with the expected status within the window. */
  windowServed: number;
  windowMs: number;
  /** Of the answers with the expected status within the window, ms. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** CPU time within the window, microseconds, by the names of `cpuPids`; null where the system does not tell. */
  cpuUs: Record<string, number | null>;
}
