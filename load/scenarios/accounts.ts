import { randomBytes } from 'node:crypto';
import type { Account } from './journeys.js';

/** Addresses for one run, below a domain that is nobody's (RFC 2606). */
export const newAccount = (run: string, number: number): Account => ({
  email: `load-${run}-${String(number)}@load.example`,
  password: randomBytes(12).toString('hex'),
});
