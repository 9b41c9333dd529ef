import { connect } from 'amqplib';

const connectMsMax = 10_000;

/** Whether a broker takes us in at this address. */
export const isBrokerThere = async (url: string): Promise<boolean> => {
  try {
    const model = await connect(url, { timeout: connectMsMax });
    model.on('error', () => undefined);
    await model.close();
    return true;
  } catch {
    return false;
  }
};

/** Deletes queues and exchanges, those that are there. */
export const removeFromBroker = async (
  url: string,
  { queues, exchanges }: { queues: readonly string[]; exchanges: readonly string[] },
): Promise<void> => {
  const model = await connect(url, { timeout: connectMsMax });
  model.on('error', () => undefined);
  try {
    const channel = await model.createChannel();
    for (const queue of queues) await channel.deleteQueue(queue);
    for (const exchange of exchanges) await channel.deleteExchange(exchange);
  } finally {
    await model.close();
  }
};
