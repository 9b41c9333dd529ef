import { config as loadDotenv } from 'dotenv';
import { z } from 'zod';
import { StartError } from '../utils/errors.js';
import { passwordsOf } from '../utils/redact.js';

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
/** Whether a browser would send it as `Origin` (RFC 6454 section 6.2): in lower case, without a default port, a path or a slash at its end. */
const isOrigin = (value: string): boolean => {
  try {
    const { protocol, host } = new URL(value);
    return host !== '' && value === `${protocol}//${host}`;
  } catch {
    return false;
  }
};
const origins = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  )
  .refine(
    (all) => all.every((origin) => origin === '*' || isOrigin(origin)),
    'must be *, or origins as browsers send them, such as https://shop.example (lower case, nothing behind host and port), separated by commas',
  );
// A Mongo URI with several hosts is no URL by WHATWG's rules, so only its beginning is looked at here.
const mongoUri = z.string().regex(/^mongodb(\+srv)?:\/\/[^/]/, 'must start with mongodb:// or mongodb+srv://');

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: port.optional(),
  HOST: z.string().min(1).default('0.0.0.0'),
  SERVICE: z.enum(['all', 'products', 'orders', 'worker']).default('all'),
  DATA_DIR: z.string().min(1).default('.data'),
  MONGO_URI: mongoUri.optional(),
  MONGO_READ_URI: mongoUri.optional(),
  MONGOD_BINARY: z.string().min(1).optional(),
  SLOW_QUERY_MS: count(600_000).default(200),
  MIGRATE_ON_START: flag.default(true),
  REDIS_URL: url('redis', 'rediss').optional(),
  QUEUE_REDIS_URL: url('redis', 'rediss').optional(),
  SMTP_URL: url('smtp', 'smtps').optional(),
  MAIL_FROM: z.string().min(3).max(320).default('Stockroom <no-reply@stockroom.local>'),
  RABBITMQ_URL: url('amqp', 'amqps').optional(),
  RABBITMQ_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,63}$/i, 'must be 1 to 64 letters, digits, - or _')
    .default('stockroom'),
  PRODUCT_SERVICE_URL: url('http', 'https').optional(),
  JWT_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'must be 32 bytes or more')
    .optional(),
  ADMIN_EMAIL: z.email().max(254).toLowerCase().optional(),
  ADMIN_PASSWORD: z.string().min(8).max(128).optional(),
  TRUST_PROXY_HOPS: count(16).default(0),
  RATE_LIMIT_PER_MINUTE: count(1_000_000_000).optional(),
  LOGIN_LIMIT_PER_MINUTE: count(1_000_000).default(10),
  CORS_ORIGINS: origins.prefault(''),
  PURCHASE_QUEUE_MAX: whole(1, 1_000_000).default(10_000),
  CACHE_TTL_SECONDS: whole(1, 86_400).default(60),
  CACHE_L1: flag.default(true),
  RUN_JOBS: flag.default(true),
  DEMO: flag.optional(),
  SHUTDOWN_GRACE_MS: count(600_000).default(10_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  METRICS_TOKEN: z.string().min(8).optional(),
  XDG_CACHE_HOME: z.string().min(1).optional(),
});

/** What depends on other settings, or is taken apart. */
type Resolved = 'DEMO' | 'PORT' | 'PRODUCT_SERVICE_URL' | 'RATE_LIMIT_PER_MINUTE';

/** The settings of this process, checked once and frozen. Times in milliseconds, sizes in units named by the key. */
export type Env = Readonly<Omit<z.infer<typeof schema>, Resolved>> & {
  readonly PORT: number;
  readonly PRODUCT_SERVICE_URL: string;
  readonly DEMO: boolean;
  /** 0 counts nothing. */
  readonly RATE_LIMIT_PER_MINUTE: number;
};

/** What production never makes up for itself. */
const neededInProduction = ['MONGO_URI', 'REDIS_URL', 'RABBITMQ_URL', 'JWT_SECRET'] as const;

type Parsed = z.infer<typeof schema>;

const productsPort = 3000;
const ordersPort = 8080;
/** Twenty requests a second of each kind: more than a person makes, and a fraction of what a process answers. */
const requestsPerMinute = 1_200;

/** What this process cannot do without. */
const neededKeys = ({ NODE_ENV, SERVICE }: Parsed): (keyof Parsed)[] => [
  ...(NODE_ENV === 'production' ? neededInProduction : []),
  ...(NODE_ENV === 'production' && SERVICE === 'orders' ? (['PRODUCT_SERVICE_URL'] as const) : []),
];

const refuseIncomplete = (env: Parsed): void => {
  const missing = neededKeys(env).filter((key) => env[key] === undefined);
  if (missing.length > 0) throw new StartError(`Bad environment: production needs ${missing.join(', ')}.`);
  if (env.SERVICE === 'orders' && env.RABBITMQ_URL === undefined) {
    throw new StartError(
      'Bad environment: SERVICE=orders needs RABBITMQ_URL, where it meets the product service; SERVICE=all does without.',
    );
  }
};

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
  refuseIncomplete(env);
  const sellsProducts = env.SERVICE === 'all' || env.SERVICE === 'products';
  return Object.freeze({
    ...env,
    PORT: env.PORT ?? (env.SERVICE === 'orders' ? ordersPort : productsPort),
    PRODUCT_SERVICE_URL: env.PRODUCT_SERVICE_URL ?? `http://127.0.0.1:${productsPort}`,
    RATE_LIMIT_PER_MINUTE: env.RATE_LIMIT_PER_MINUTE ?? (env.NODE_ENV === 'production' ? requestsPerMinute : 0),
    DEMO: sellsProducts && (env.DEMO ?? env.NODE_ENV !== 'production'),
  });
};

/** What of the settings no log may show: keys, tokens, and the passwords in connection strings. */
export const secretsOf = (env: Env): string[] =>
  Object.entries(env).flatMap(([key, value]) => {
    if (typeof value !== 'string') return [];
    return /(?:SECRET|PASSWORD|TOKEN)$/.test(key) ? [value] : passwordsOf(value);
  });

/** The whole environment with changes, for a program that this process starts. */
export const childEnv = (changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...changes,
});
