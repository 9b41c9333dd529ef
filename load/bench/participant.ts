import type { AuditFacts } from './audit.js';

export interface Wares {
  products: number;
  /** Units of each. */
  stock: number;
  perCustomerLimit?: number;
}

/** Somebody who takes part: a server, or several on one database, that sells. */
export interface Participant {
  ports: readonly number[];
  /** The server processes, for their CPU time. */
  pids: readonly number[];
  /** The header line by which each customer is known, e.g. `Authorization: Bearer ...`. */
  customers: readonly string[];
  /** Puts new products on sale and gives their ids. */
  offer: (wares: Wares) => Promise<string[]>;
  /** What the database says of these products, once all writing has come to rest. */
  facts: (ids: readonly string[], answered: readonly number[], wares: Wares) => Promise<AuditFacts[]>;
  /** Lets go of logs between runs. */
  tidy: () => void;
}
