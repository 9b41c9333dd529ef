import { jest } from '@jest/globals';
import { createDeliveryStore } from '../../../src/models/delivery-store.js';
import { declareGround, declareQueue, rabbitNames } from '../../../src/services/messaging/rabbit-topology.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { describeRabbit, freshPrefix, onChannel, rabbitUrl } from '../../helpers/rabbit.js';
import { spawnService } from '../../helpers/service.js';

// Each process compiles the sources anew, and a busy machine is slow at that.
jest.setTimeout(240_000);

const dlq = async (settings: Readonly<Record<string, string>>, ...args: string[]) => {
  const child = spawnService(settings, ['src/cli/dlq.ts', ...args]);
  const { code } = await child.exited;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
};

/** Lists two letters, replays one of them and drops the other; then there is nothing left. */
const workThrough = async (settings: Readonly<Record<string, string>>) => {
  const listed = await dlq(settings, 'list', '--bodies');
  expect(listed.stdout).toMatch(/ orders order\.confirmed one after 4 failures: never\n {2}\{"a":1\}\n/);
  expect(listed.stdout).toMatch(/ orders order\.confirmed two [^\n]*\n[^\n]*\n2 dead letters\n$/);
  expect(listed.code).toBe(0);
  expect(await dlq(settings, 'replay', 'one')).toMatchObject({ code: 0, stdout: '1 dead letter put back\n' });
  expect(await dlq(settings, 'drop', '--all')).toMatchObject({ code: 0, stdout: '1 dead letter deleted\n' });
  expect(await dlq(settings, 'drop', 'one')).toMatchObject({ code: 1, stdout: '0 dead letters deleted\n' });
};

describeRabbit('npm run dlq on RabbitMQ', () => {
  const prefix = freshPrefix('orders');
  const names = rabbitNames(prefix);
  const settings = { RABBITMQ_URL: rabbitUrl, RABBITMQ_PREFIX: prefix };

  it('when there are dead letters, then they are listed, put back and dropped', async () => {
    await onChannel(async (channel) => {
      await declareGround(channel, names);
      await declareQueue(channel, names, { queue: 'orders', bindings: [], retryLevels: 0 });
      for (const messageId of ['one', 'two']) {
        const headers = { 'x-failures': 4, 'x-reason': 'never', 'x-at': new Date().toISOString() };
        channel.publish(names.dead, names.queue('orders'), Buffer.from('{"a":1}'), {
          messageId,
          type: 'order.confirmed',
          headers,
        });
      }
      await channel.checkQueue(names.dead);
    });

    await workThrough(settings);

    const back = await onChannel((channel) => channel.get(names.queue('orders'), { noAck: true }));
    expect(
      back && { id: String(back.properties.messageId), failures: back.properties.headers?.['x-failures'] as unknown },
    ).toEqual({ id: 'one', failures: undefined });
  });

  it('when the broker is away, then one line says so and the exit code is 2', async () => {
    const away = await dlq({ RABBITMQ_URL: 'amqp://127.0.0.1:1' }, 'list');
    expect(away.code).toBe(2);
    expect(away.stderr).toMatch(/RabbitMQ does not answer within 5000 ms\.\n$/);
  });
});

describeMongo('npm run dlq without a broker', () => {
  const database = freshDatabase();

  it('when there are dead letters, then they are listed, put back and dropped', async () => {
    const store = createDeliveryStore(await database.connect());
    const same = {
      queue: 'orders',
      type: 'order.confirmed',
      body: '{"a":1}',
      failures: 4,
      reason: 'never',
      at: new Date(),
    };
    for (const eventId of ['one', 'two']) await store.bury({ _id: `orders:${eventId}`, eventId, ...same }, new Date());

    await workThrough({ MONGO_URI: database.uri });

    const [back, more] = await store.due('orders', [], new Date(), 10);
    expect([back?.eventId, back?.failures, more]).toEqual(['one', 0, undefined]);
  });

  it('when the arguments are wrong, then one line says so and the exit code is 2', async () => {
    const wrong = await dlq({ MONGO_URI: database.uri }, 'drop');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^drop needs ids[^\n]*Usage: [^\n]*\n$/);
  });
});
