import { config as loadDotenv } from 'dotenv';
import { z } from 'zod';
import { StartError } from '../utils/errors.js';

const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(error).int(error).min(min, error).max(max, error);
};
const port = whole(0, 65_535);
const count = (max: number) => whole(0, max);
const flag = z.enum(['0', '1']).transform((value) => value === '1');
const url = (...protocols: string[]) =>
  z.string().refine(
    (value) => {
      try {
        return protocols.includes(new URL(value).protocol.slice(0, -1));
      } catch {
        return false;
      }
    },
    `must be a URL that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`,
  );
// A Mongo URI with several hosts is no URL by WHATWG's rules, so only its beginning is looked at here.
const mongoUri = z.string().regex(/^mongodb(\+srv)?:\/\/[^/]/, 'must start with mongodb:// or mongodb+srv://');

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: port.default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  // Orders and workers become processes of their own with the order service.
  SERVICE: z.enum(['all', 'products']).default('all'),
  DATA_DIR: z.string().min(1).default('.data'),
  MONGO_URI: mongoUri.optional(),
  MONGOD_BINARY: z.string().min(1).optional(),
  REDIS_URL: url('redis', 'rediss').optional(),
  RABBITMQ_URL: url('amqp', 'amqps').optional(),
  JWT_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'must be 32 bytes or more')
    .optional(),
  ADMIN_EMAIL: z.email().max(254).toLowerCase().optional(),
  ADMIN_PASSWORD: z.string().min(8).max(128).optional(),
  TRUST_PROXY_HOPS: count(16).default(0),
  CORS_ORIGINS: z.string().default(''),
  PURCHASE_QUEUE_MAX: whole(1, 1_000_000).default(10_000),
  DEMO: flag.optional(),
  SHUTDOWN_GRACE_MS: count(600_000).default(10_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  METRICS_TOKEN: z.string().min(8).optional(),
  XDG_CACHE_HOME: z.string().min(1).optional(),
});

/** The settings of this process, checked once and frozen. Times in milliseconds, sizes in units named by the key. */
export type Env = Readonly<Omit<z.infer<typeof schema>, 'CORS_ORIGINS' | 'DEMO'>> & {
  readonly DEMO: boolean;
  readonly CORS_ORIGINS: readonly string[];
};

/** What production never makes up for itself. */
const neededInProduction = ['MONGO_URI', 'REDIS_URL', 'RABBITMQ_URL', 'JWT_SECRET'] as const;

/**
 * Reads the environment, `.env` included (real variables win).
 * @throws StartError one line that names every bad or missing key.
 */
export const loadEnv = (source?: NodeJS.ProcessEnv): Env => {
  if (source === undefined) loadDotenv({ quiet: true });
  const given = Object.fromEntries(Object.entries(source ?? process.env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new StartError(`Bad environment: ${faults.join('; ')}. See .env.example.`);
  }
  const env = parsed.data;
  if ((env.ADMIN_EMAIL === undefined) !== (env.ADMIN_PASSWORD === undefined)) {
    throw new StartError('Bad environment: ADMIN_EMAIL and ADMIN_PASSWORD go together; set both or neither.');
  }
  if (env.NODE_ENV === 'production') {
    const missing = neededInProduction.filter((key) => env[key] === undefined);
    if (missing.length > 0) throw new StartError(`Bad environment: production needs ${missing.join(', ')}.`);
  }
  return Object.freeze({
    ...env,
    DEMO: env.DEMO ?? env.NODE_ENV !== 'production',
    CORS_ORIGINS: env.CORS_ORIGINS.split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  });
};

/** The whole environment with changes, for a program that this process starts. */
export const childEnv = (changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...changes,
});
