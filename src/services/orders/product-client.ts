import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  fullJitterGenerator,
  handleType,
  retry,
  type IBackoff,
} from 'cockatiel';
import { z } from 'zod';
import { AppError, errorStatus, unavailable, type ErrorCode } from '../../utils/errors.js';
import type { CheckContext, CheckedProduct, ProductCheck } from './product-check.js';

export interface ProductAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export type CallOutcome = 'found' | 'missing' | 'refused' | 'failed' | 'not_tried';

export interface ProductClientDependencies {
  http: { get: (path: string, headers: Readonly<Record<string, string>>) => Promise<ProductAnswer> };
  logger: Record<'info' | 'warn', (fields: object, message: string) => void>;
  metrics: {
    call: (outcome: CallOutcome, seconds: number) => void;
    retried: () => void;
    circuitOpen: (open: boolean) => void;
  };
  policy?: Partial<ClientPolicy>;
}

export interface ClientPolicy {
  /** Tries after the first. */
  retriesMax: number;
  backoffMs: number;
  backoffMsMax: number;
  /** So many failures one after the other open the circuit... */
  failuresMax: number;
  /** ...for so long; then one call is let through, and decides. */
  openMs: number;
}

const defaultPolicy: ClientPolicy = { retriesMax: 2, backoffMs: 50, backoffMsMax: 250, failuresMax: 5, openMs: 1_000 };

/** A call that another try may mend. */
class CallFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CallFault';
  }
}

const productAnswer = z.object({
  data: z.object({ id: z.string(), name: z.string(), price: z.int(), currency: z.string() }),
});
const errorAnswer = z.object({ error: z.object({ code: z.string() }) });

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const isCode = (code: string): code is ErrorCode => Object.hasOwn(errorStatus, code);

/** What the product service refuses the caller with, as we refuse them. */
const refusalOf = ({ body, headers }: ProductAnswer, otherwise: ErrorCode): AppError => {
  const said = errorAnswer.safeParse(parsed(body));
  const code = said.success && isCode(said.data.error.code) ? said.data.error.code : otherwise;
  const wait = headers['retry-after'];
  return new AppError(code, typeof wait === 'string' ? { headers: { 'Retry-After': wait } } : {});
};

/** @throws CallFault; AppError where no other try would bring anything else */
const productOf = (answer: ProductAnswer): CheckedProduct | null => {
  const { status, body } = answer;
  if (status === 404) return null;
  if (status === 401) throw refusalOf(answer, 'UNAUTHENTICATED');
  if (status === 403) throw refusalOf(answer, 'FORBIDDEN');
  if (status === 429) throw refusalOf(answer, 'RATE_LIMITED');
  if (status !== 200) throw new CallFault(`the product service answers ${status}`);
  const product = productAnswer.safeParse(parsed(body));
  if (!product.success) throw new CallFault('the product service answers with something else than a product');
  return product.data.data;
};

const outcomeOf = (error: unknown): CallOutcome => {
  if (error instanceof BrokenCircuitError) return 'not_tried';
  return error instanceof AppError ? 'refused' : 'failed';
};

/**
 * How long the circuit stays open. The breaker compares it with the wall clock, and would stay open for as long as somebody sets that
 * clock back; so this says "for ever" until its own time, which only goes forward, is over.
 */
const openFor = (openMs: number): IBackoff<unknown> => {
  const untilMs = performance.now() + openMs;
  return {
    get duration() {
      return performance.now() < untilMs ? Infinity : -Infinity;
    },
    next: () => openFor(openMs),
  };
};

/**
 * Asks the product service for products, over HTTP: in bounded time, with a few more tries where one may help, and without any while the
 * service is known to be down.
 */
export const createProductClient = ({ http, logger, metrics, policy }: ProductClientDependencies): ProductCheck => {
  const { retriesMax, backoffMs, backoffMsMax, failuresMax, openMs } = { ...defaultPolicy, ...policy };
  const mayHelp = handleType(CallFault);
  const breaker = circuitBreaker(mayHelp, {
    halfOpenAfter: { next: () => openFor(openMs) },
    breaker: new ConsecutiveBreaker(failuresMax),
  });
  const retries = retry(mayHelp, {
    maxAttempts: retriesMax,
    backoff: new ExponentialBackoff({
      initialDelay: backoffMs,
      maxDelay: backoffMsMax,
      generator: fullJitterGenerator,
    }),
  });
  retries.onRetry(() => metrics.retried());
  breaker.onStateChange((state) => {
    const open = state === CircuitState.Open;
    metrics.circuitOpen(open);
    if (open) logger.warn({ openMs }, 'the product service does not answer; it is left alone for a while');
    else if (state === CircuitState.Closed) logger.info({}, 'the product service answers again');
  });

  const ask = async (id: string, { authorization, requestId }: CheckContext): Promise<CheckedProduct | null> => {
    let answer: ProductAnswer;
    try {
      answer = await http.get(`/api/v1/products/${id}`, { authorization, 'x-request-id': requestId });
    } catch (error) {
      throw new CallFault(error instanceof Error ? error.message : String(error), { cause: error });
    }
    return productOf(answer);
  };

  /** One call, measured and logged. */
  const call = async (id: string, context: CheckContext, attempt: number): Promise<CheckedProduct | null> => {
    const startMs = performance.now();
    const note = (outcome: CallOutcome, reason?: string): void => {
      const durationMs = Math.round((performance.now() - startMs) * 10) / 10;
      metrics.call(outcome, durationMs / 1000);
      const fields = { requestId: context.requestId, productId: id, attempt, outcome, durationMs };
      if (reason === undefined) logger.info(fields, 'product check');
      else logger.warn({ ...fields, reason }, 'product check');
    };
    try {
      const product = await breaker.execute(() => ask(id, context));
      note(product === null ? 'missing' : 'found');
      return product;
    } catch (error) {
      note(outcomeOf(error), error instanceof Error ? error.message : 'unknown');
      throw error;
    }
  };

  return {
    find: async (id, context) => {
      try {
        return await retries.execute(({ attempt }) => call(id, context, attempt));
      } catch (error) {
        if (error instanceof CallFault || error instanceof BrokenCircuitError) {
          throw unavailable(Math.ceil(openMs / 1000), error);
        }
        throw error;
      }
    },
  };
};
