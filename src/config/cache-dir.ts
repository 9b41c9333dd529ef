import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './env.js';

/** Where downloads of this user are kept, for all clones. Source: https://specifications.freedesktop.org/basedir-spec/latest/ */
export const cacheDirOf = (env: Pick<Env, 'XDG_CACHE_HOME'>): string =>
  join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stockroom');
