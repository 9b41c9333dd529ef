import { freePort } from '../../../src/config/mongod-process.js';
import { startTcpProxy, type TcpProxy } from '../../../tests/helpers/tcp-proxy.js';
import { serviceNames } from '../kinds.js';

/** Every connection of the system but those to MongoDB, by who opens it and to what. */
export const linkNames = [
  'client>products1',
  'client>products2',
  'client>orders',
  'orders>products',
  ...serviceNames.flatMap((name) => [`${name}>redis`, `${name}>rabbit`] as const),
] as const;
export type LinkName = (typeof linkNames)[number];

export interface Links {
  get: (name: LinkName) => TcpProxy;
  /** From now on all links to that server go there. */
  aim: (server: 'products1' | 'products2' | 'orders' | 'worker' | 'redis' | 'rabbit', port: number) => void;
  healAll: () => void;
  stop: () => Promise<void>;
}

const leadsTo = (link: LinkName, server: string): boolean => {
  const [, to = ''] = link.split('>');
  return to === server || (to === 'products' && server === 'products1');
};

/** A proxy for each link; they lead nowhere until they are aimed. */
export const openLinks = async (): Promise<Links> => {
  const proxies = new Map<LinkName, TcpProxy>();
  for (const name of linkNames) proxies.set(name, await startTcpProxy(await freePort()));
  return {
    get: (name) => {
      const proxy = proxies.get(name);
      if (proxy === undefined) throw new Error(`there is no link ${name}`);
      return proxy;
    },
    aim: (server, port) => {
      for (const [name, proxy] of proxies) if (leadsTo(name, server)) proxy.aim(port);
    },
    healAll: () => {
      for (const proxy of proxies.values()) proxy.heal();
    },
    stop: async () => {
      await Promise.all([...proxies.values()].map((proxy) => proxy.stop()));
    },
  };
};
