import type { Connection } from 'mongoose';
import { createLeaseStore, type LeaseStore } from '../../src/models/lease.model.js';
import { createOutboxStore, type OutboxStore } from '../../src/models/outbox-store.js';
import { outboxCollection, type OutboxDocument } from '../../src/models/outbox.model.js';
import type { DomainEvent } from '../../src/schemas/events.js';
import type { EventBus } from '../../src/services/messaging/event-bus.js';
import { createLease } from '../../src/services/messaging/lease.js';
import { createRelay, type Relay, type RelayDependencies } from '../../src/services/messaging/relay.js';
import { newId } from '../../src/utils/uuid.js';
import { silent } from './messaging.js';

/** An outbox document of these events. */
export const noteOf = (...events: DomainEvent[]): OutboxDocument => ({ _id: newId(), events, createdAt: new Date() });

export const outboxOf = (connection: Connection) => connection.collection<OutboxDocument>(outboxCollection);

export interface TestRelay extends Relay {
  /** As after SIGKILL: nothing more reaches the database, and the lease is not given back. */
  kill: () => void;
}

/** Longer than any stall of a busy machine: nobody else takes over meanwhile. */
const patientMs = 20_000;

/**
 * A relay as another process would have it.
 * @param more `confirmed` is called between the confirms and the delete; `ttlMs` is how long its silence is borne
 */
export const relayOn = (
  connection: Connection,
  bus: EventBus,
  more: { jobs?: RelayDependencies['jobs']; confirmed?: () => void; ttlMs?: number } = {},
): TestRelay => {
  let isKilled = false;
  /** What a dead process asks for is never answered. */
  const alive = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => (isKilled ? new Promise<R>(() => undefined) : call(...args));
  };
  const outbox = createOutboxStore(connection);
  const settle: OutboxStore['settle'] = async (part, documents) => {
    more.confirmed?.();
    await alive(outbox.settle)(part, documents);
  };
  const leases = createLeaseStore(connection);
  const store: LeaseStore = { acquire: alive(leases.acquire), release: alive(leases.release) };
  const { ttlMs = patientMs } = more;
  const lease = createLease({ store, name: 'relay', holder: newId(), logger: silent.logger, ttlMs });
  const relay = createRelay({ outbox: { read: alive(outbox.read), settle }, bus, jobs: more.jobs, lease, ...silent });
  return {
    ...relay,
    stop: () => (isKilled ? Promise.resolve() : relay.stop()),
    kill: () => {
      isKilled = true;
    },
  };
};
