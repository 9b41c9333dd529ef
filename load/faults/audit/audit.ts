import type { Evidence } from '../evidence.js';
import { doubledFaults, lostFaults } from './answers.js';
import { ledgerFaults, oversoldFaults, receivedFaults } from './books.js';
import { orderFaults, reservationFaults } from './ends.js';
import { eventFaults } from './events.js';
import { cacheFaults, staleFaults } from './reads.js';

/** What is held against what, line by line; each gives what is wrong, with the evidence. */
export const auditLines = {
  'every success is in the ledger': lostFaults,
  'no oversell': oversoldFaults,
  'no doubled effect': doubledFaults,
  'ledger gapless': ledgerFaults,
  'received = stock + reserved + sold': receivedFaults,
  'events complete': eventFaults,
  'cache equals database': cacheFaults,
  'no stale read in the writing process': staleFaults,
  'reservations ended': reservationFaults,
  'orders settled': orderFaults,
  'answers of the contract': ({ record }: Evidence) => record.faults,
  'no process ended by itself': ({ crashes }: Evidence) => [...crashes],
} as const satisfies Readonly<globalThis.Record<string, (evidence: Evidence) => string[]>>;

export type AuditLine = keyof typeof auditLines;

export interface AuditFault {
  line: AuditLine;
  faults: readonly string[];
}

/** Every line that is not clean. */
export const auditRun = (evidence: Evidence): AuditFault[] =>
  (Object.keys(auditLines) as AuditLine[])
    .map((line) => ({ line, faults: auditLines[line](evidence) }))
    .filter(({ faults }) => faults.length > 0);
