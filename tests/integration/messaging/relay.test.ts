import type { Connection } from 'mongoose';
import type { Rabbit } from '../../../src/config/rabbitmq.js';
import type { OutboxJob } from '../../../src/models/outbox.model.js';
import { eventTypes, type DomainEvent, type EventType } from '../../../src/schemas/events.js';
import type { EventBus } from '../../../src/services/messaging/event-bus.js';
import { createRabbitBus } from '../../../src/services/messaging/rabbit-bus.js';
import { AppError } from '../../../src/utils/errors.js';
import { newId } from '../../../src/utils/uuid.js';
import { createModels } from '../../../src/wiring/models.js';
import { quickPolicy } from '../../helpers/event-bus-contract.js';
import { many, orderCancelled, orderConfirmed, stockChanged } from '../../helpers/events.js';
import { expectInTime } from '../../helpers/in-time.js';
import { silent } from '../../helpers/messaging.js';
import { prepareCollections } from '../../helpers/prepare-collections.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { describeRabbit, freshPrefix, openRabbit, rabbitPort } from '../../helpers/rabbit.js';
import { noteOf, outboxOf, relayOn, type TestRelay } from '../../helpers/relay.js';
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.js';
import { waitFor } from '../../helpers/wait-for.js';

/** How long a confirm may take where it comes: on a busy machine it must not be taken for lost, as the event is published twice then. */
const patientMs = 60_000;

describeRabbit('the relay to RabbitMQ', () => {
  describeMongo('from MongoDB', () => {
    const database = freshDatabase();
    const prefix = freshPrefix('all', 'late');
    let connection: Connection;
    let proxy: TcpProxy;
    let rabbit: Rabbit;
    let bus: EventBus;
    const relays: TestRelay[] = [];
    /** The consumer's inbox: what is there has had its effect. */
    const effects = new Set<string>();
    let deliveries = 0;

    const consumeAll = (): (() => boolean) =>
      bus.consume({
        queue: 'all',
        bindings: eventTypes.filter((type) => type !== 'order.cancelled'),
        prefetch: 50,
        handle: ({ id }) => {
          deliveries++;
          effects.add(id);
          return Promise.resolve();
        },
      }).isLive;

    const openBus = async (confirmMsMax: number): Promise<void> => {
      bus = createRabbitBus({ rabbit, prefix, policy: quickPolicy, patienceMs: 200, confirmMsMax, ...silent });
      const isLive = consumeAll();
      await waitFor(() => bus.isUp() && isLive());
    };

    beforeAll(async () => {
      connection = await database.connect();
      await prepareCollections(createModels(connection));
      proxy = await startTcpProxy(rabbitPort);
    });
    beforeEach(async () => {
      effects.clear();
      deliveries = 0;
      rabbit = await openRabbit(proxy.port);
      await openBus(patientMs);
    });
    afterEach(async () => {
      proxy.heal();
      await Promise.all(relays.splice(0).map((relay) => relay.stop()));
      await bus.close();
      await rabbit.close();
      await outboxOf(connection).deleteMany({});
      await connection.collection('leases').deleteMany({});
    });
    afterAll(() => proxy.stop());

    const start = async (more: Parameters<typeof relayOn>[2] = {}): Promise<TestRelay> => {
      const relay = relayOn(connection, bus, more);
      relays.push(relay);
      await relay.start();
      return relay;
    };
    const write = async (events: readonly DomainEvent[]) => {
      await outboxOf(connection).insertMany(events.map((event) => noteOf(event)));
    };
    const left = () => outboxOf(connection).countDocuments();
    const isDrained = async () => (await left()) === 0;
    const idsOf = (events: readonly DomainEvent[]) => events.map(({ id }) => id).sort();

    it('when documents wait, then each event arrives once and the outbox is empty', async () => {
      const events = [...many(700, orderConfirmed), ...many(5, stockChanged)];
      await write(events);
      await start();
      await waitFor(isDrained);
      await waitFor(() => effects.size === events.length);
      expect([...effects].sort()).toEqual(idsOf(events));
      expect(deliveries).toBe(events.length);
    });

    it('when a transaction commits later than its id says, then its events are not skipped', async () => {
      await start();
      const late = orderConfirmed();
      const session = connection.getClient().startSession();
      session.startTransaction();
      await outboxOf(connection).insertOne(noteOf(late), { session });
      const others = many(300, orderConfirmed);
      await write(others);
      await waitFor(() => effects.size === others.length);
      await session.commitTransaction();
      await session.endSession();
      await waitFor(() => effects.has(late.id));
      await waitFor(isDrained);
    });

    it('when the broker is cut off under load, then what is written waits, and all of it arrives', async () => {
      await start();
      const events: DomainEvent[] = [];
      const load = async (count: number) => {
        for (let i = 0; i < count; i++) {
          const some = many(20, orderConfirmed);
          events.push(...some);
          await write(some);
        }
      };
      await load(10);
      proxy.refuse();
      await load(10);
      await waitFor(() => !bus.isUp());
      expect(await left()).toBeGreaterThan(0);
      proxy.heal();
      await load(5);
      await waitFor(isDrained);
      await waitFor(() => effects.size === events.length);
      expect([...effects].sort()).toEqual(idsOf(events));
    });

    it('when confirms do not come, then the events are published again, and nothing is lost', async () => {
      await bus.close();
      await openBus(500);
      await start();
      await write([orderConfirmed()]);
      await waitFor(() => effects.size === 1);
      await waitFor(isDrained);
      proxy.hold();
      const events = many(10, orderConfirmed);
      await write(events);
      await waitFor(() => !bus.isUp());
      expect(await left()).toBe(10);
      proxy.heal();
      await waitFor(isDrained);
      await waitFor(() => events.every(({ id }) => effects.has(id)));
    });

    it('when a relay dies between confirm and delete, then the next publishes again, and each effect happens once', async () => {
      const events = many(20, orderConfirmed);
      await write(events);
      let first: TestRelay | undefined = undefined as TestRelay | undefined;
      first = relayOn(connection, bus, { confirmed: () => first?.kill(), ttlMs: 2_000 });
      await first.start();
      await waitFor(() => effects.size === events.length);
      expect(await left()).toBe(events.length);

      const takenMs = performance.now();
      await start();
      await waitFor(isDrained);
      const tookMs = performance.now() - takenMs;
      await waitFor(() => deliveries === 2 * events.length);
      expect(effects.size).toBe(events.length);
      expectInTime(tookMs, 'another relay in place of a dead one').toBeLessThan(5_000);
    });

    it('when there are two relays, then one relays, and the other takes over at once when it stops', async () => {
      const [one, two] = [await start(), await start()];
      expect([one.isLeader(), two.isLeader()]).toEqual([true, false]);
      const events = many(50, orderConfirmed);
      await write(events);
      await waitFor(isDrained);
      await waitFor(() => effects.size === events.length);
      expect(deliveries).toBe(events.length);
      await one.stop();
      const stoppedMs = performance.now();
      await waitFor(two.isLeader, { what: 'the other relay' });
      const tookMs = performance.now() - stoppedMs;
      await write([orderConfirmed()]);
      await waitFor(isDrained);
      expectInTime(tookMs, 'another relay in place of one that has stopped').toBeLessThan(1_500);
    });

    it('when no queue takes an order’s event, then it waits until one does, and the others pass it', async () => {
      await start();
      const lonely = orderCancelled();
      await write([lonely]);
      const others = many(3, orderConfirmed);
      await write(others);
      await waitFor(() => effects.size === others.length);
      await waitFor(async () => (await left()) === 1);

      const seen: string[] = [];
      bus.consume<EventType>({
        queue: 'late',
        bindings: ['order.cancelled'],
        prefetch: 1,
        handle: ({ id }) => {
          seen.push(id);
          return Promise.resolve();
        },
      });
      await waitFor(isDrained);
      await waitFor(() => seen.length === 1);
      expect(seen).toEqual([lonely.id]);
    });

    it('when documents have jobs, then these are handed over too, and neither part waits for the other', async () => {
      let isAway = true;
      const added: OutboxJob[] = [];
      const add = (job: OutboxJob) => {
        if (isAway) return Promise.reject(new AppError('UNAVAILABLE'));
        added.push(job);
        return Promise.resolve();
      };
      const job = (): OutboxJob => ({ queue: 'mail-queue', name: 'welcome', id: newId(), data: {} });
      const [both, alone] = [
        { ...noteOf(orderConfirmed()), jobs: [job(), job()] },
        { ...noteOf(), jobs: [job()] },
      ];
      await outboxOf(connection).insertMany([both, alone]);
      await start({ jobs: { add } });
      await waitFor(() => effects.size === 1);
      await waitFor(async () => (await outboxOf(connection).findOne({ _id: both._id }))?.events.length === 0);
      expect(await left()).toBe(2);

      isAway = false;
      await waitFor(isDrained);
      expect(added.map(({ id }) => id).sort()).toEqual([...both.jobs, ...alone.jobs].map(({ id }) => id).sort());
      expect(deliveries).toBe(1);
    });
  });
});
