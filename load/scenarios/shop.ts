import type { Machine } from '../bench/environment.js';
import type { Account } from './journeys.js';
import type { Api } from './api.js';
import type { FreshTokens } from './generator-spec.js';

/** A service that load can be sent to, and those who come to it. */
export interface Shop {
  origin: string;
  api: Api;
  /** A token of somebody who may make products, good at this moment. */
  keeper: () => string;
  /** Tokens of buyers, good at this moment. */
  buyers: () => readonly string[];
  /** Who signs in and out under load. */
  accounts: readonly Account[];
  /** Databases on this machine. */
  pids: { mongod?: number; redis?: number };
  metricsToken?: string;
  /** Null where the service is elsewhere. */
  machine: Machine | null;
  /** Waits until background jobs are done, where that can be told. */
  settle: () => Promise<void>;
  /** Calls back with new tokens before the old ones expire. */
  onFreshTokens: (listener: (tokens: FreshTokens) => void) => void;
}
