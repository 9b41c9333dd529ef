import type { DomainEvent } from '../../src/schemas/events.js';
import type { RetryPolicy } from '../../src/services/messaging/delivery.js';
import {
  PermanentFault,
  type Consumer,
  type ConsumerOptions,
  type DeadLetter,
  type DeliveryMeta,
  type EventBus,
} from '../../src/services/messaging/event-bus.js';
import { AppError } from '../../src/utils/errors.js';
import { many, orderCancelled, orderConfirmed, stockChanged } from './events.js';
import { waitFor } from './wait-for.js';

/** Fast enough for tests, with as many levels as there are in service. */
export const quickPolicy: RetryPolicy = { levelsMs: [20, 40, 60, 80], failuresMax: 4 };

export interface BusWorld {
  /** A bus as another process would have it. */
  open: () => Promise<EventBus>;
  /** Puts a raw message into a queue that is there. */
  inject: (queue: string, body: string, id: string) => Promise<void>;
}

/** Every queue that the contract uses. */
export const contractQueues = [
  'plain',
  'first',
  'second',
  'flaky',
  'hopeless',
  'refused',
  'poison',
  'narrow',
  'waits',
  'killed',
  'asleep',
  'sorted',
  'deep',
] as const;

type Queue = (typeof contractQueues)[number];

const all = { limit: 100 } as const;

/** What either bus promises; the same tests run against both. */
export const busContract = (world: () => BusWorld): void => {
  const opened: EventBus[] = [];
  const open = async (): Promise<EventBus> => {
    const bus = await world().open();
    opened.push(bus);
    await waitFor(bus.isUp, { what: 'the bus' });
    return bus;
  };
  afterEach(async () => {
    consumers.length = 0;
    await Promise.all(opened.splice(0).map((bus) => bus.close()));
  });

  const consumers: Consumer[] = [];
  const publish = async (bus: EventBus, events: readonly DomainEvent[]): Promise<void> => {
    await waitFor(() => consumers.every((each) => each.isLive()), { what: 'the queues' });
    let left = events;
    // What a busy server has not taken is published again, as the relay does it.
    await waitFor(
      async () => {
        const outcomes = await bus.publish(left);
        expect(outcomes).not.toContain('returned');
        left = left.filter((_event, index) => outcomes[index] !== 'published');
        return left.length === 0;
      },
      { what: 'every event to be taken' },
    );
  };

  const consume = (bus: EventBus, options: Omit<ConsumerOptions<'order.confirmed'>, 'bindings'>): Consumer => {
    const consumer = bus.consume({ ...options, bindings: ['order.confirmed'] });
    consumers.push(consumer);
    return consumer;
  };

  const gather = (bus: EventBus, queue: Queue, prefetch = 10) => {
    const seen: { event: DomainEvent; meta: DeliveryMeta }[] = [];
    const consumer = consume(bus, {
      queue,
      prefetch,
      handle: (event, meta) => {
        seen.push({ event, meta });
        return Promise.resolve();
      },
    });
    return { seen, consumer, ids: () => seen.map(({ event }) => event.id).sort() };
  };

  const deadOf = (bus: EventBus, queue: Queue): Promise<DeadLetter[]> => bus.deadLetters.list({ ...all, queue });

  it('when an event is published, then its consumer gets it as it was', async () => {
    const bus = await open();
    const { seen } = gather(bus, 'plain');
    const event = orderConfirmed();
    await publish(bus, [event]);
    await waitFor(() => seen.length === 1);
    expect(seen[0]).toMatchObject({ event, meta: { failures: 0 } });
  });

  it('when two queues are bound to a type, then each gets a copy, and neither gets another type', async () => {
    const bus = await open();
    const [one, two] = [gather(bus, 'first'), gather(bus, 'second')];
    await publish(bus, [orderConfirmed()]);
    await waitFor(() => one.seen.length > 0 && two.seen.length > 0);
    await bus.publish([stockChanged()]);
    const last = orderConfirmed();
    await publish(bus, [last]);
    await waitFor(() => one.ids().includes(last.id) && two.ids().includes(last.id));
    expect([...one.seen, ...two.seen].map(({ event }) => event.type)).not.toContain('stock.changed');
  });

  it('when no queue takes a type, then what must arrive comes back and the rest is let go', async () => {
    const bus = await open();
    expect(await bus.publish([orderCancelled(), stockChanged(), orderCancelled()])).toEqual([
      'returned',
      'published',
      'returned',
    ]);
  });

  it('when a handler fails twice, then the event comes again, and says how often it has failed', async () => {
    const bus = await open();
    const failures: number[] = [];
    consume(bus, {
      queue: 'flaky',
      prefetch: 1,
      handle: (_, meta) => {
        failures.push(meta.failures);
        return meta.failures < 2 ? Promise.reject(new Error('not now')) : Promise.resolve();
      },
    });
    await publish(bus, [orderConfirmed()]);
    await waitFor(() => failures.length === 3);
    expect(failures).toEqual([0, 1, 2]);
    expect(await deadOf(bus, 'flaky')).toEqual([]);
  });

  it('when a handler never succeeds, then the event is a dead letter after its tries, and a replay gives it all of them again', async () => {
    const bus = await open();
    let [calls, isMended] = [0, false];
    consume(bus, {
      queue: 'hopeless',
      prefetch: 1,
      handle: () => {
        calls++;
        return isMended ? Promise.resolve() : Promise.reject(new Error('never'));
      },
    });
    const event = orderConfirmed();
    await publish(bus, [event]);
    const [letter] = await waitFor(async () => {
      const letters = await deadOf(bus, 'hopeless');
      return letters.length > 0 ? letters : undefined;
    });
    expect(calls).toBe(quickPolicy.failuresMax);
    expect(letter).toMatchObject({
      id: event.id,
      queue: 'hopeless',
      type: event.type,
      reason: '4 failures: never',
      failures: 4,
    });
    expect(JSON.parse(letter?.body ?? '')).toEqual(event);
    expect(Math.abs(Date.now() - (letter?.at.getTime() ?? 0))).toBeLessThan(60_000);

    isMended = true;
    expect(await bus.deadLetters.replay({ ...all, queue: 'hopeless' })).toBe(1);
    await waitFor(() => calls === quickPolicy.failuresMax + 1);
    expect(await deadOf(bus, 'hopeless')).toEqual([]);
  });

  it('when a fault is permanent, then there is no second try', async () => {
    const bus = await open();
    const faults = [new PermanentFault('a bad order'), new AppError('NOT_FOUND')];
    let calls = 0;
    consume(bus, {
      queue: 'refused',
      prefetch: 1,
      handle: () => Promise.reject(faults[calls++] ?? new Error('one too many')),
    });
    await publish(bus, [orderConfirmed(), orderConfirmed()]);
    const letters = await waitFor(async () => {
      const found = await deadOf(bus, 'refused');
      return found.length === 2 ? found : undefined;
    });
    expect(letters.map(({ reason }) => reason.split(':')[0]).sort()).toEqual(['NOT_FOUND', 'a bad order']);
    expect(calls).toBe(2);
    expect(await bus.deadLetters.drop({ ...all, queue: 'refused' })).toBe(2);
  });

  it('when events wait and some become dead letters, then the depths say how many, and it ends with them', async () => {
    const bus = await open();
    const depths = () => bus.depths().catch(() => undefined);
    const before = await waitFor(depths, { what: 'a look into the queues' });
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    consume(bus, {
      queue: 'deep',
      prefetch: 1,
      handle: async () => {
        await gate;
        throw new PermanentFault('it cannot be done');
      },
    });
    await publish(bus, many(5, orderConfirmed));
    // One is in hand, which RabbitMQ does not count.
    await waitFor(async () => ((await depths())?.events.get('deep') ?? 0) >= 4, { what: 'the events in the queue' });
    expect((await depths())?.deadLetters).toBe(before.deadLetters);
    release();
    await waitFor(async () => (await depths())?.deadLetters === before.deadLetters + 5, { what: 'the dead letters' });
    await waitFor(async () => (await depths())?.events.get('deep') === 0, { what: 'the end of the queue' });
    expect(await bus.deadLetters.drop({ ...all, queue: 'deep' })).toBe(5);
    await waitFor(async () => (await depths())?.deadLetters === before.deadLetters, { what: 'no dead letters' });
  });

  it('when a message is no event of its queue, then it is a dead letter at once, and the next one is served', async () => {
    const bus = await open();
    const { seen, ids } = gather(bus, 'poison', 1);
    await publish(bus, [orderConfirmed()]);
    await waitFor(() => seen.length === 1);
    const good = orderConfirmed();
    const poison = [
      '{ not json',
      '[]',
      JSON.stringify({ ...good, version: 2 }),
      JSON.stringify({ ...good, data: {} }),
      JSON.stringify(orderCancelled()),
    ];
    for (const [index, body] of poison.entries()) await world().inject('poison', body, `poison-${index}`);
    await publish(bus, [good]);
    const letters = await waitFor(async () => {
      const found = await deadOf(bus, 'poison');
      return found.length === poison.length ? found : undefined;
    });
    await waitFor(() => ids().includes(good.id));
    expect(seen).toHaveLength(2);
    expect(letters.map(({ id }) => id).sort()).toEqual(poison.map((_, index) => `poison-${index}`));
    expect(letters.filter(({ reason }) => reason.startsWith('not an event'))).toHaveLength(4);

    const some = new Set(['poison-1', 'poison-3']);
    expect((await bus.deadLetters.list({ ...all, ids: some })).map(({ id }) => id).sort()).toEqual([...some]);
    expect(await bus.deadLetters.list({ limit: 2, queue: 'poison' })).toHaveLength(2);
    expect(await bus.deadLetters.drop({ ...all, ids: some })).toBe(2);
    expect(await deadOf(bus, 'poison')).toHaveLength(3);
    expect(await bus.deadLetters.drop({ ...all, queue: 'poison' })).toBe(3);
  });

  it('when more comes than may be in hand, then no more than that is, and all is served', async () => {
    const bus = await open();
    let [inHand, most] = [0, 0];
    const served = new Set<string>();
    consume(bus, {
      queue: 'narrow',
      prefetch: 5,
      handle: async (event) => {
        most = Math.max(most, ++inHand);
        await new Promise((resolve) => setImmediate(resolve));
        inHand--;
        served.add(event.id);
      },
    });
    const events = many(200, orderConfirmed);
    await publish(bus, events);
    await waitFor(() => served.size === events.length);
    expect(most).toBe(5);
  });

  it('when a consumer closes, then what is in hand is finished first, and the rest waits for the next', async () => {
    const bus = await open();
    let release = (): void => undefined;
    const begun: string[] = [];
    const consumer = consume(bus, {
      queue: 'waits',
      prefetch: 1,
      handle: (event) => {
        begun.push(event.id);
        return new Promise<void>((resolve) => (release = resolve));
      },
    });
    const [one, two] = [orderConfirmed(), orderConfirmed()];
    await publish(bus, [one]);
    await waitFor(() => begun.length === 1);
    await publish(bus, [two]);
    consumers.length = 0;
    const closing = consumer.close();
    release();
    await closing;
    expect(begun).toEqual([one.id]);

    const next = gather(await open(), 'waits');
    await waitFor(() => next.seen.length === 1);
    expect(next.ids()).toEqual([two.id]);
  });

  it('when a consumer is gone with an event in hand, then another gets it', async () => {
    const lost = await open();
    let begun = 0;
    let told = false;
    consume(lost, {
      queue: 'killed',
      prefetch: 1,
      handle: (_, { signal }) => {
        begun++;
        signal.addEventListener('abort', () => (told = true));
        return new Promise<void>(() => undefined);
      },
    });
    const event = orderConfirmed();
    await publish(lost, [event]);
    await waitFor(() => begun === 1);
    const closing = lost.close();
    const next = gather(await open(), 'killed');
    await closing;
    await waitFor(() => next.seen.length === 1);
    expect(next.ids()).toEqual([event.id]);
    expect(told).toBe(true);
  });

  it('when nobody works on a queue, then its events wait', async () => {
    const bus = await open();
    const first = gather(bus, 'asleep');
    await publish(bus, [orderConfirmed()]);
    await waitFor(() => first.seen.length === 1);
    await first.consumer.close();
    consumers.length = 0;
    const events = many(3, orderConfirmed);
    await publish(bus, events);

    const second = gather(await open(), 'asleep');
    await waitFor(() => second.seen.length === 3);
    expect(second.ids()).toEqual(events.map(({ id }) => id).sort());
  });
};
