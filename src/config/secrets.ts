import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { StartError } from '../utils/errors.js';
import { ensureDataDir, readOrCreate } from './data-dir.js';
import type { Env } from './env.js';

export interface Secrets {
  jwtSecret: string;
  /** The admin that exists after the start; `undefined` in production without ADMIN_EMAIL. */
  admin: { email: string; password: string; madeUp: boolean } | undefined;
}

type SecretsEnv = Pick<Env, 'NODE_ENV' | 'DATA_DIR' | 'JWT_SECRET' | 'ADMIN_EMAIL' | 'ADMIN_PASSWORD'>;

const keptSchema = z.object({
  jwtSecret: z.string().refine((value) => Buffer.byteLength(value) >= 32),
  adminEmail: z.email(),
  adminPassword: z.string().min(8),
});
type Kept = z.infer<typeof keptSchema>;

const makeUp = (): Kept => ({
  jwtSecret: randomBytes(48).toString('base64url'),
  adminEmail: 'admin@stockroom.local',
  adminPassword: randomBytes(12).toString('base64url'),
});

const keptIn = async (dataDir: string): Promise<Kept> => {
  const dir = resolve(dataDir);
  const file = join(dir, 'secrets.json');
  await ensureDataDir(dir);
  const text = await readOrCreate(file, () => `${JSON.stringify(makeUp(), null, 2)}\n`);
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new StartError(`${file} is not readable as this service writes it; remove it and new secrets are made.`, {
      cause: error,
    });
  }
};

const adminFrom = (env: SecretsEnv, kept: Kept | undefined): Secrets['admin'] => {
  if (env.ADMIN_EMAIL !== undefined && env.ADMIN_PASSWORD !== undefined) {
    return { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD, madeUp: false };
  }
  return kept && { email: kept.adminEmail, password: kept.adminPassword, madeUp: true };
};

/**
 * What the environment says, and outside production what it leaves out: made up once and kept in
 * `DATA_DIR/secrets.json` (mode 0600), so tokens and the admin's password stay good across restarts.
 */
export const loadSecrets = async (env: SecretsEnv): Promise<Secrets> => {
  const complete = env.JWT_SECRET !== undefined && env.ADMIN_EMAIL !== undefined;
  const kept = env.NODE_ENV === 'production' || complete ? undefined : await keptIn(env.DATA_DIR);
  const jwtSecret = env.JWT_SECRET ?? kept?.jwtSecret;
  if (jwtSecret === undefined) throw new StartError('Bad environment: production needs JWT_SECRET.');
  return { jwtSecret, admin: adminFrom(env, kept) };
};
