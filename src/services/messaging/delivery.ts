import { setTimeout as sleep } from 'node:timers/promises';
import { parseEvent, type AnyOf, type DomainEvent, type EventType } from '../../schemas/events.js';
import { AppError } from '../../utils/errors.js';
import { PermanentFault, type ConsumerOptions } from './event-bus.js';
import type { ConsumerMetrics } from './messaging-metrics.js';

/** What to do with a message once its handler is through with it. */
export type Verdict = { kind: 'done' } | { kind: 'retry'; reason: string } | { kind: 'dead'; reason: string };

export interface RetryPolicy {
  /** The longest wait of each level, in milliseconds; a message moves up a level with each failure and stays on the last. */
  levelsMs: readonly number[];
  /** The failure with this number makes a dead letter. */
  failuresMax: number;
}

/** About eight minutes in all, so that a database that is down for a while costs nobody their order. */
export const defaultRetryPolicy: RetryPolicy = { levelsMs: [250, 1_000, 5_000, 30_000], failuresMax: 25 };

/** Where a message waits after its `failures`th failure, and how long: between half and all of the level's time. */
export const retryAfter = ({ levelsMs }: RetryPolicy, failures: number, random: () => number = Math.random) => {
  const level = Math.max(0, Math.min(failures, levelsMs.length) - 1);
  return { level, delayMs: ((1 + random()) / 2) * (levelsMs[level] ?? 0) };
};

const reasonMax = 500;
const textOf = (error: unknown): string =>
  (error instanceof AppError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error)
  ).slice(0, reasonMax);

const isPermanent = (error: unknown): boolean =>
  error instanceof PermanentFault || (error instanceof AppError && error.status < 500);

export interface DeliveryDependencies<T extends EventType> {
  consumer: Pick<ConsumerOptions<T>, 'queue' | 'bindings' | 'handle'>;
  policy: RetryPolicy;
  metrics: ConsumerMetrics;
  logger: { warn: (fields: object, message: string) => void };
  /** How long a handler may take before its message counts as failed. */
  handleMsMax?: number;
}

/** Reads a message and has it worked off; what comes of it is the same on every transport. */
export const createDelivery = <T extends EventType>(dependencies: DeliveryDependencies<T>) => {
  const { consumer, policy, metrics, logger, handleMsMax = 30_000 } = dependencies;
  const { queue, bindings, handle } = consumer;
  const isBound = (event: DomainEvent): event is DomainEvent & AnyOf<T> =>
    (bindings as readonly EventType[]).includes(event.type);

  const handled = async (event: AnyOf<T>, failures: number, signal: AbortSignal) => {
    const late = new AbortController();
    const timeout = sleep(handleMsMax, 'late' as const, { signal: late.signal, ref: false }).catch(() => undefined);
    try {
      const first = await Promise.race([handle(event, { failures, signal }), timeout]);
      if (first === 'late') throw new Error(`the handler took longer than ${handleMsMax} ms`);
    } finally {
      late.abort();
    }
  };

  const judge = async (body: string, failures: number, signal: AbortSignal): Promise<Verdict> => {
    let event: DomainEvent;
    try {
      event = parseEvent(JSON.parse(body));
    } catch (error) {
      return { kind: 'dead', reason: `not an event: ${textOf(error)}` };
    }
    if (!isBound(event)) return { kind: 'dead', reason: `nobody here handles ${event.type}` };
    try {
      await handled(event, failures, signal);
      metrics.handleLag(queue, Date.now() - Date.parse(event.occurredAt));
      return { kind: 'done' };
    } catch (error) {
      const reason = textOf(error);
      if (isPermanent(error)) return { kind: 'dead', reason };
      if (failures + 1 >= policy.failuresMax) return { kind: 'dead', reason: `${failures + 1} failures: ${reason}` };
      return { kind: 'retry', reason };
    }
  };

  /** Never rejects. */
  return async (body: string, failures: number, signal: AbortSignal): Promise<Verdict> => {
    const verdict = await judge(body, failures, signal);
    metrics.handled(queue, verdict.kind);
    if (verdict.kind !== 'done') {
      logger.warn(
        { queue, failures: failures + 1, reason: verdict.reason, outcome: verdict.kind },
        'an event was not handled',
      );
    }
    return verdict;
  };
};

export type Delivery = ReturnType<typeof createDelivery>;
