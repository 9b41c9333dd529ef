import { createTokenService } from '../../../src/services/token.service.js';
import type { Caller } from '../../../src/utils/caller.js';
import { newId } from '../../../src/utils/uuid.js';

/** The services of the fault runner share it, so that a token of ours is good for all. */
export const jwtSecret = 'a secret of the fault runner, long enough';

/** So long that no clock that jumps by minutes makes a token old. */
const ttlSeconds = 6 * 3_600;

export interface Person extends Caller {
  token: string;
}

/** People with good tokens and no accounts: signed in without the work of hashing a password. */
export const createPeople = () => {
  const tokens = createTokenService({ secret: jwtSecret, accessTtlSeconds: ttlSeconds });
  return (role: Caller['role'] = 'user'): Person => {
    const caller = { id: newId(), role };
    return { ...caller, token: tokens.issue(caller).accessToken };
  };
};
