import type { Rabbit } from '../../../src/config/rabbitmq.js';
import type { DeliveryMeta } from '../../../src/services/messaging/event-bus.js';
import { createRabbitBus } from '../../../src/services/messaging/rabbit-bus.js';
import { rabbitNames } from '../../../src/services/messaging/rabbit-topology.js';
import { busContract, contractQueues, quickPolicy } from '../../helpers/event-bus-contract.js';
import { many, orderConfirmed, stockChanged } from '../../helpers/events.js';
import { silent } from '../../helpers/messaging.js';
import { describeRabbit, freshPrefix, onChannel, openRabbit, rabbitPort } from '../../helpers/rabbit.js';
import { startTcpProxy } from '../../helpers/tcp-proxy.js';
import { waitFor } from '../../helpers/wait-for.js';

/** How long a confirm may take: a broker that others use as well must not be taken for dead. */
const patientMs = 60_000;

describeRabbit('the event bus on RabbitMQ', () => {
  const prefix = freshPrefix(...contractQueues, 'unacknowledged');
  const names = rabbitNames(prefix);
  const connections: Rabbit[] = [];
  afterAll(async () => {
    await Promise.all(connections.map((rabbit) => rabbit.close()));
  });

  const openAt = async (port?: number) => {
    const rabbit = await openRabbit(port);
    connections.push(rabbit);
    return createRabbitBus({
      rabbit,
      prefix,
      policy: quickPolicy,
      patienceMs: 200,
      confirmMsMax: patientMs,
      ...silent,
    });
  };

  busContract(() => ({
    open: () => openAt(),
    inject: (queue, body, messageId) =>
      onChannel(async (channel) => {
        channel.sendToQueue(names.queue(queue), Buffer.from(body), { messageId, persistent: true });
        await channel.checkQueue(names.queue(queue));
      }),
  }));

  it('when the line breaks after the work and before the acknowledgement, then the same event comes again, as one that never failed', async () => {
    const line = await startTcpProxy(rabbitPort);
    const [near, far] = [await openAt(), await openAt(line.port)];
    const seen: { id: string; failures: DeliveryMeta['failures'] }[] = [];
    const consumer = far.consume({
      queue: 'unacknowledged',
      bindings: ['order.confirmed'],
      prefetch: 1,
      handle: async ({ id }, { failures }) => {
        seen.push({ id, failures });
        if (seen.length > 1) return;
        // Time enough for an acknowledgement that is sent too early to arrive.
        for (const event of many(3, stockChanged)) await far.publish([event]);
        line.refuse();
      },
    });
    try {
      await waitFor(() => near.isUp() && consumer.isLive(), { what: 'the queue' });
      const event = orderConfirmed();
      expect(await near.publish([event])).toEqual(['published']);
      await waitFor(() => !consumer.isLive(), { what: 'the loss of the line' });
      expect(seen).toHaveLength(1);
      line.heal();
      await waitFor(() => seen.length === 2, { what: 'the second delivery' });

      const last = orderConfirmed();
      await near.publish([last]);
      await waitFor(() => seen.some(({ id }) => id === last.id), { what: 'the next event' });
      expect(seen).toEqual([event, event, last].map(({ id }) => ({ id, failures: 0 })));
      expect(await near.deadLetters.list({ limit: 100, queue: 'unacknowledged' })).toEqual([]);
    } finally {
      await Promise.all([near.close(), far.close()]);
      await line.stop();
    }
  }, 240_000);
});
