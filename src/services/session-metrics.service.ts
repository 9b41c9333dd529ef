import type { Registry } from 'prom-client';
import { createTally } from './figures.js';

/** What becomes of sign-ins, on the registry of the process. */
export const createSessionMetrics = (registry: Registry) => {
  const changes = createTally(registry, {
    name: 'sessions_total',
    help: 'Sessions by what has become of them: started, refreshed, or refused (a refresh token that was used before, or an account that is off; the session ends)',
    label: 'change',
    values: ['started', 'refreshed', 'refused'],
  });
  return { changed: (change: 'started' | 'refreshed' | 'refused'): void => changes(change) };
};

export type SessionMetrics = ReturnType<typeof createSessionMetrics>;

/** How this process keeps up with changes of accounts, on its registry. */
export const createAccountMetrics = (registry: Registry) => {
  const waits = createTally(registry, {
    name: 'account_waits_total',
    help: 'Requests that waited to learn of account changes, as this process had not heard of them for a moment, by whether it was told: a failed one is answered with 503',
    label: 'outcome',
    values: ['told', 'failed'],
  });
  return { waited: (outcome: 'told' | 'failed'): void => waits(outcome) };
};

export type AccountMetrics = ReturnType<typeof createAccountMetrics>;
