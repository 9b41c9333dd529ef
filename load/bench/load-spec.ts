/** What one generator process is asked to do; travels over IPC, so plain data only. */
export interface LoadSpec {
  /** Connection number c goes to `ports[c % ports.length]` of the loopback. */
  ports: readonly number[];
  connections: number;
  /** Load before the window that counts, ms, at least. */
  warmMs: number;
  /** It also lasts until this many answers have come, for as long as `warmMsMax`: fresh code is slow code. */
  warmAnswersMin: number;
  warmMsMax: number;
  /** The window that counts, ms. */
  measureMs: number;
  method: 'GET' | 'POST';
  /** The path is `pathPrefix + id + pathSuffix`. All ids have the same length. */
  pathPrefix: string;
  pathSuffix: string;
  ids: readonly string[];
  /** `random`: a fresh id for every request. `laps`: one id until every customer of the connection has had it, then the next, then the end. */
  order: 'random' | 'laps';
  /** Header lines such as `Authorization: Bearer ...`, one per customer, shared out among the connections. */
  customers: readonly string[];
  /** Every second request of each connection carries an `Idempotency-Key` of its own. */
  keyed: boolean;
  body: string | null;
  /** The status that counts as work done. */
  expectedStatus: number;
  /** Processes whose CPU time is read at both ends of the window, by name. */
  cpuPids: Readonly<Record<string, readonly number[]>>;
}

/** What the generator found. */
export interface LoadResult {
  /** Answers of the whole run, drain included, by status. */
  statuses: Record<string, number>;
  /** 201s over the whole run, for each of `ids`. */
  soldPerId: number[];
  /** Broken connections and time-outs; their outcome is unknown. */
  errors: number;
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
