import { jest } from '@jest/globals';
import type { Connection } from 'mongoose';
import type { Rabbit } from '../../../src/config/rabbitmq.js';
import { createLeaseStore } from '../../../src/models/lease.model.js';
import { createOutboxStore } from '../../../src/models/outbox-store.js';
import { outboxCollection, type OutboxDocument } from '../../../src/models/outbox.model.js';
import { createLease } from '../../../src/services/messaging/lease.js';
import { createRabbitBus } from '../../../src/services/messaging/rabbit-bus.js';
import { createRelay } from '../../../src/services/messaging/relay.js';
import { newId } from '../../../src/utils/uuid.js';
import { createModels } from '../../../src/wiring/models.js';
import { many, orderConfirmed } from '../../helpers/events.js';
import { expectInTime } from '../../helpers/in-time.js';
import { silent } from '../../helpers/messaging.js';
import { prepareCollections } from '../../helpers/prepare-collections.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { describeRabbit, freshPrefix, openRabbit } from '../../helpers/rabbit.js';
import { report } from '../../helpers/report.js';
import { waitFor } from '../../helpers/wait-for.js';

const isLong = process.env['LONG'] === '1';
const backlog = isLong ? 100_000 : 5_000;
const rate = isLong ? 2_000 : 500;
const seconds = isLong ? 20 : 3;
jest.setTimeout(300_000);

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

describeRabbit('the relay under load', () => {
  describeMongo('with MongoDB', () => {
    const database = freshDatabase();
    const prefix = freshPrefix('load');
    let connection: Connection;
    let rabbit: Rabbit;
    beforeAll(async () => {
      connection = await database.connect();
      await prepareCollections(createModels(connection));
      rabbit = await openRabbit();
    });
    afterAll(() => rabbit.close());

    const outbox = () => connection.collection<OutboxDocument>(outboxCollection);
    const note = (): OutboxDocument => ({ _id: newId(), events: [orderConfirmed()], createdAt: new Date() });
    const lagsOf = new Map<string, number>();

    const start = async () => {
      const bus = createRabbitBus({ rabbit, prefix, ...silent });
      const consumer = bus.consume({
        queue: 'load',
        bindings: ['order.confirmed'],
        prefetch: 500,
        handle: ({ id, occurredAt }) => {
          if (!lagsOf.has(id)) lagsOf.set(id, Date.now() - Date.parse(occurredAt));
          return Promise.resolve();
        },
      });
      await waitFor(() => bus.isUp() && consumer.isLive());
      const lease = createLease({
        store: createLeaseStore(connection),
        name: 'relay',
        holder: newId(),
        logger: silent.logger,
      });
      const relay = createRelay({ outbox: createOutboxStore(connection), bus, jobs: undefined, lease, ...silent });
      return { bus, relay };
    };

    it(`when ${backlog} documents wait, then all of them arrive and none is left`, async () => {
      for (let left = backlog; left > 0; left -= 5_000) await outbox().insertMany(many(Math.min(left, 5_000), note));
      const { bus, relay } = await start();
      const begun = performance.now();
      await relay.start();
      await waitFor(async () => (await outbox().estimatedDocumentCount()) === 0, {
        deadlineMs: 120_000,
        what: 'an empty outbox',
      });
      const relayed = (performance.now() - begun) / 1000;
      await waitFor(() => lagsOf.size === backlog, { deadlineMs: 120_000, what: 'every event' });
      const handled = (performance.now() - begun) / 1000;
      report('backlog', {
        backlog,
        relayedPerSecond: Math.round(backlog / relayed),
        handledPerSecond: Math.round(backlog / handled),
      });
      await relay.stop();
      await bus.close();
    });

    it(`when ${rate} events a second come, then they are handled within a second of being written`, async () => {
      lagsOf.clear();
      const { bus, relay } = await start();
      await relay.start();
      const begunMs = performance.now();
      let written = 0;
      while (written < rate * seconds) {
        const due = Math.min(rate * seconds, Math.floor(((performance.now() - begunMs) / 1000) * rate));
        if (due > written) await outbox().insertMany(many(due - written, note));
        written = Math.max(written, due);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const tookSeconds = (performance.now() - begunMs) / 1000;
      await waitFor(() => lagsOf.size === written, { deadlineMs: 60_000, what: 'every event' });
      const lags = [...lagsOf.values()].sort((a, b) => a - b);
      report('lag in ms', {
        ratePerSecond: Math.round(written / tookSeconds),
        p50: percentile(lags, 0.5),
        p99: percentile(lags, 0.99),
        max: lags.at(-1),
      });
      await relay.stop();
      await bus.close();
      expectInTime(percentile(lags, 0.99), 'p99 from written to handled').toBeLessThan(1_000);
    });
  });
});
