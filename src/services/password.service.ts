import { randomBytes } from 'node:crypto';
import { hash, verify, type Options } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { unavailable } from '../utils/errors.js';

/**
 * Argon2id, which is the package's default algorithm, with 19 MiB, two passes and one lane; about 12 ms of one core.
 * Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options;

export interface PasswordLimits {
  /** Hashes computed at a time. Each holds one of libuv's four threads, which file and DNS calls need as well. */
  runningMax?: number;
  /** Hashes that may wait; beyond it the caller is told to come back. 100 are worked off in about a second. */
  waitingMax?: number;
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** The hash of nothing: in form and cost like any other, but no password is known to fit it. */
const hashOfNobody = (): string =>
  `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}` +
  `$${unpadded(randomBytes(16))}$${unpadded(randomBytes(32))}`;

/** One spelling for what looks the same on every keyboard (NIST SP 800-63B §5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');

/**
 * Hashes and compares passwords, a few at a time, so that a flood of sign-ins takes no thread and no core from those
 * who buy. Every method throws AppError UNAVAILABLE when too many wait already.
 */
export const createPasswordService = ({ runningMax = 2, waitingMax = 100 }: PasswordLimits = {}) => {
  const limit = pLimit(runningMax);
  const nobody = hashOfNobody();

  const run = async <T>(task: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= waitingMax) throw unavailable(1);
    return limit(task);
  };

  return {
    hash: (password: string): Promise<string> => run(() => hash(normal(password), COST)),

    /**
     * Whether the password is the one of the hash. Without a hash, because there is no such account, it does the same
     * work and says no: the time that an answer takes tells nobody which addresses have an account.
     */
    matches: async (password: string, passwordHash: string | undefined): Promise<boolean> => {
      const fits = await run(() => verify(passwordHash ?? nobody, normal(password)));
      return fits && passwordHash !== undefined;
    },
  };
};

export type PasswordService = ReturnType<typeof createPasswordService>;
