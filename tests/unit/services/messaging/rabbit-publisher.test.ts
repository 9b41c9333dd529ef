import { jest } from '@jest/globals';
import type { ChannelModel } from 'amqplib';
import { EventEmitter } from 'node:events';
import { createRabbitPublisher, type RabbitMessage } from '../../../../src/services/messaging/rabbit-publisher.js';
import { rabbitNames } from '../../../../src/services/messaging/rabbit-topology.js';

type Confirm = (error: unknown) => void;
type Answer = 'ack' | 'nack' | 'silence';

const message = (messageId: string): RabbitMessage => ({
  exchange: 'events',
  routingKey: 'stock.changed',
  body: Buffer.from('{}'),
  messageId,
  type: 'stock.changed',
  mandatory: true,
});

/** A broker whose channels are numbered; each message waits for the test's confirm unless its channel answers by itself. */
const setUp = () => {
  const world = {
    nowMs: 0,
    channels: 0,
    answers: ((): Answer => 'ack') as (channel: number) => Answer,
    warnings: [] as string[],
    waiting: [] as Confirm[],
  };
  const makeChannel = () => {
    const number = ++world.channels;
    return Object.assign(new EventEmitter(), {
      assertExchange: () => Promise.resolve(),
      assertQueue: () => Promise.resolve(),
      bindQueue: () => Promise.resolve(),
      close: () => Promise.resolve(),
      publish: (_exchange: string, _key: string, _body: Buffer, _options: object, confirm: Confirm) => {
        const answer = world.answers(number);
        if (answer === 'silence') world.waiting.push(confirm);
        else confirm(answer === 'ack' ? null : new Error('message nacked'));
      },
    });
  };
  const model = Object.assign(new EventEmitter(), { createConfirmChannel: () => Promise.resolve(makeChannel()) });
  const publisher = createRabbitPublisher({
    link: {
      onConnect: (listener) => {
        listener(model as unknown as ChannelModel);
        return () => undefined;
      },
    },
    logger: { warn: (_, text) => world.warnings.push(text) },
    names: rabbitNames('tests'),
    nowMs: () => world.nowMs,
  });
  return { world, publisher };
};

const settle = () => jest.advanceTimersByTimeAsync(0);

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => void jest.useRealTimers());

describe('rabbit publisher', () => {
  it('when messages are refused for five seconds on end, then another channel is tried, and only then', async () => {
    const { world, publisher } = setUp();
    await settle();
    world.answers = (channel) => (channel === 1 ? 'nack' : 'ack');
    for (world.nowMs = 0; world.nowMs < 5_000; world.nowMs += 1_000) {
      expect(await publisher.publish([message('a')])).toEqual(['failed']);
      await settle();
      expect([world.channels, world.warnings]).toEqual([1, []]);
    }
    await publisher.publish([message('a')]);
    await settle();
    expect([world.channels, world.warnings.length]).toEqual([2, 1]);
    expect(await publisher.publish([message('a')])).toEqual(['published']);
  });

  it('when a queue stays full, then channels are made no more often than every five seconds', async () => {
    const { world, publisher } = setUp();
    await settle();
    world.answers = () => 'nack';
    for (world.nowMs = 0; world.nowMs <= 60_000; world.nowMs += 500) {
      await publisher.publish([message('a')]);
      await settle();
    }
    expect(world.channels).toBeLessThanOrEqual(12);
  });

  it('when refusals lie further apart, then the channel is kept', async () => {
    const { world, publisher } = setUp();
    await settle();
    world.answers = () => 'nack';
    for (world.nowMs = 0; world.nowMs < 60_000; world.nowMs += 5_001) await publisher.publish([message('a')]);
    await settle();
    expect(world.channels).toBe(1);
  });

  it('when somebody else still waits for confirms, then the channel is not taken from under them', async () => {
    const { world, publisher } = setUp();
    await settle();
    world.answers = () => 'silence';
    const slow = publisher.publish([message('slow')]);
    world.answers = () => 'nack';
    for (world.nowMs = 0; world.nowMs <= 10_000; world.nowMs += 1_000) await publisher.publish([message('a')]);
    expect(world.channels).toBe(1);
    world.waiting[0]?.(null);
    expect(await slow).toEqual(['published']);
    await publisher.publish([message('a')]);
    await settle();
    expect(world.channels).toBe(2);
  });

  it('when confirms do not come, then it says so, takes another channel, and what comes late changes nothing', async () => {
    const { world, publisher } = setUp();
    await settle();
    world.answers = () => 'silence';
    const publishing = publisher.publish([message('a'), message('b')]);
    world.waiting[0]?.(null);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await publishing).toEqual(['published', 'failed']);
    world.waiting[1]?.(new Error('channel closed'));
    expect([world.channels, world.warnings.length]).toEqual([2, 1]);
    world.answers = () => 'ack';
    expect(await publisher.publish([message('c')])).toEqual(['published']);
  });
});
