import type { AuditFacts } from './audit.js';
import type { Hearing } from './hearing.js';

/** What a product costs, in minor units, where nothing else is said. */
export const usualPrice = 1999;

export interface Wares {
  products: number;
  /** Units of each. */
  stock: number;
  perCustomerLimit?: number;
  /** In minor units; else that of any product of the bench. */
  price?: number;
  /** A rival's products then have every field that ours have, so that answers are equally long. */
  whole?: boolean;
  /** Made once and used again under this name, round after round, in whatever scenario. */
  kept?: string;
}

/** Somebody who takes part: a server, or several on one database, that sells. */
export interface Participant {
  ports: readonly number[];
  /** The server processes, for their CPU time. */
  pids: readonly number[];
  /** The header line by which each customer is known, e.g. `Authorization: Bearer ...`. */
  customers: readonly string[];
  /** The header line of somebody who may make products, where there is one. */
  manager?: string;
  /** Puts new products on sale and gives their ids. */
  offer: (wares: Wares) => Promise<string[]>;
  /** What the database says of these products, once all writing has come to rest. */
  facts: (ids: readonly string[], answered: readonly number[], wares: Wares) => Promise<AuditFacts[]>;
  /** Queries of list pages at random places, of one length, where the participant has them. */
  pages?: readonly string[];
  /** Waits for what a run has left behind, where the participant has anything of the kind. */
  settle?: () => Promise<void>;
  /** Begins to listen to all that it tells, where it tells anything. */
  listen?: () => Promise<Hearing>;
  /** Lets go of logs between runs. */
  tidy: () => void;
}
