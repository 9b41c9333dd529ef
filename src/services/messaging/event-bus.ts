import type { AnyOf, DomainEvent, EventType } from '../../schemas/events.js';

/**
 * How events travel. Nobody in a request publishes: an event is written to the outbox (`OutboxDocument.events`) in the transaction
 * of what it tells of, and the relay publishes it. Delivery is at least once and in no promised order.
 */

/** What a handler may know of a delivery beside the event. */
export interface DeliveryMeta {
  /** Deliveries that failed before this one. */
  failures: number;
  /** Fires when the consumer has to stop; work that gives up then is delivered again. */
  signal: AbortSignal;
}

export interface ConsumerOptions<T extends EventType> {
  /** The queue's own name, such as `orders.outcomes`; consumers of one queue share its messages. */
  queue: string;
  /** The types of event that come into the queue. */
  bindings: readonly T[];
  /** How many events are in hand at once, so that the handlers can be batched by the stock engine. */
  prefetch: number;
  /**
   * Resolves once the event's effect is kept for good; the message is gone then. It may run more than once for an event, even
   * twice at a time: its effect has to hang on `event.id` or on a key of the business. A rejection with `PermanentFault`, or with an
   * `AppError` under 500, makes it a dead letter at once; any other is tried again with a growing delay, up to a limit.
   */
  handle: (event: AnyOf<T>, meta: DeliveryMeta) => Promise<void>;
}

export interface Consumer {
  /** Whether its queue is there and events come in; an event that is published before its first queue is made finds none. */
  isLive: () => boolean;
  /** Takes no more events, and waits for those in hand, up to a deadline; what is left then is delivered again. Never rejects. */
  close: () => Promise<void>;
}

/** A fault that no other try would mend; the message becomes a dead letter at once. */
export class PermanentFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentFault';
  }
}

/**
 * What became of a message. `returned`: no queue is bound to its type, though one has to be; `failed`: nobody knows, so it is to be
 * published again.
 */
export type PublishOutcome = 'published' | 'returned' | 'failed';

/** The relay's side. */
export interface EventPublisher {
  /** Whether it is worth trying now. */
  isUp: () => boolean;
  /** Sends all, one after the other without waiting between; resolves with one outcome for each. Never rejects, and ends in bounded time. */
  publish: (events: readonly DomainEvent[]) => Promise<PublishOutcome[]>;
}

/** A message that nobody could work off. */
export interface DeadLetter {
  /** Of the event, or a digest of the message where it has none. */
  id: string;
  /** The queue that it came from and goes back to. */
  queue: string;
  /** Of the event, as far as it can be told. */
  type: string;
  reason: string;
  failures: number;
  at: Date;
  /** As it was delivered. */
  body: string;
}

export interface DeadLetterFilter {
  /** None stands for all. */
  ids?: ReadonlySet<string>;
  queue?: string | undefined;
  limit: number;
}

/** What operators do with dead letters. Each looks at the first 10,000 at most. */
export interface DeadLetters {
  list: (filter: DeadLetterFilter) => Promise<DeadLetter[]>;
  /** Puts them back into their queues, with all their tries. @returns how many */
  replay: (filter: DeadLetterFilter) => Promise<number>;
  /** Deletes them for good. @returns how many */
  drop: (filter: DeadLetterFilter) => Promise<number>;
}

/** What waits in queues. */
export interface Depths {
  /** Events by the queue that they wait in, for their next try too, of the queues that this process takes from. */
  events: ReadonlyMap<string, number>;
  deadLetters: number;
}

/** RabbitMQ, or the stand-in on MongoDB. */
export interface EventBus extends EventPublisher {
  /** Starts at once where the broker is there, else as soon as it is; goes on by itself after an outage. */
  consume: <T extends EventType>(options: ConsumerOptions<T>) => Consumer;
  deadLetters: DeadLetters;
  /** @throws while that cannot be told */
  depths: () => Promise<Depths>;
  /** Closes what consumers are left, then the rest. */
  close: () => Promise<void>;
}

/** Types whose loss would leave an order without an end: they are kept in the outbox until a queue takes them. */
export const mandatoryTypes: ReadonlySet<EventType> = new Set<EventType>([
  'order.created',
  'order.confirmed',
  'order.rejected',
  'order.cancelled',
]);
