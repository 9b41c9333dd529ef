import { cleanBroker } from '../../../src/cli/clean-broker.js';
import { isBrokerThere, removeFromBroker } from '../../../src/config/broker.js';
import { brokerUrl } from '../../broker-url.js';
import type { Herd } from './herd.js';
import { startRabbit, whyNoRabbit, type RabbitNode } from './rabbit.js';

const defaultPort = 5_672;

/** Where events travel: a node of our own, the broker of the machine under names of our own, or none. */
export interface Broker {
  /** Ours, to be killed and filled at will. */
  node: RabbitNode | undefined;
  /** The port that proxies go to now; undefined without any broker. */
  port: () => number | undefined;
  /** As services need it, with the port of a proxy in front. */
  url: (port: number) => string;
  prefix: string;
  stop: () => Promise<void>;
}

export const witnessQueue = (prefix: string): string => `${prefix}.witness`;

const isLocal = (url: URL): boolean => ['127.0.0.1', 'localhost'].includes(url.hostname);

/** Takes what can be had, and says loudly what cannot. */
export const openBroker = async (
  herd: Herd,
  dir: string,
  { prefix, warn }: { prefix: string; warn: (line: string) => void },
): Promise<Broker> => {
  const missing = whyNoRabbit();
  if (missing === undefined) {
    const node = await startRabbit(herd, dir);
    const url = (port: number) => `amqp://guest:guest@127.0.0.1:${String(port)}`;
    return { node, port: node.port, url, prefix, stop: node.stop };
  }
  const given = new URL(brokerUrl);
  if (isLocal(given) && (await isBrokerThere(given.href))) {
    warn(`No RabbitMQ of our own (${missing}): the broker at ${given.host} is used, and no fault meets it.`);
    const port = Number(given.port) || defaultPort;
    const url = (through: number): string => {
      const moved = new URL(given);
      moved.hostname = '127.0.0.1';
      moved.port = String(through);
      return moved.href;
    };
    const stop = async (): Promise<void> => {
      await cleanBroker(given.href, prefix);
      await removeFromBroker(given.href, { queues: [witnessQueue(prefix)], exchanges: [] });
    };
    return { node: undefined, port: () => port, url, prefix, stop };
  }
  warn(`No RabbitMQ (${missing}, nor one at ${given.host}): one process does everything, events are not witnessed.`);
  return { node: undefined, port: () => undefined, url: () => '', prefix, stop: () => Promise.resolve() };
};
