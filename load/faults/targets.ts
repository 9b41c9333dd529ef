import type { TcpProxy } from '../../tests/helpers/tcp-proxy.js';
import { waitFor } from '../../tests/helpers/wait-for.js';
import type { ServiceName } from './kinds.js';
import type { Proc } from './system/herd.js';
import { linkNames } from './system/links.js';
import type { Member } from './system/mongo-set.js';
import type { ServiceProcess } from './system/service.js';
import type { System } from './system/system.js';

/** Something that can be killed and frozen. */
export interface Victim {
  name: string;
  process: () => Proc;
  kill: () => Promise<void>;
  start: () => Promise<void>;
}

/** Found, or why not. */
export type Found<T> = { target: T } | { skipped: string };

const roleMsMax = 60_000;

/** Finds what a plan names in a system that runs. */
export const createTargets = ({ mongo, redis, broker, links, services, split }: System) => {
  const memberIn = (role: 'primary' | 'secondary'): Promise<Member> =>
    waitFor(() => mongo.memberIn(role), { deadlineMs: roleMsMax, intervalMs: 50, what: `a ${role}` });

  const victimOfMember = (member: Member): Victim => ({
    name: member.name,
    process: member.process,
    kill: () => member.process().kill(),
    start: member.start,
  });

  const serverVictim = (name: 'redis' | 'rabbit'): Found<Victim> => {
    const server = name === 'redis' ? redis : broker.node;
    if (server === undefined) return { skipped: `there is no ${name} of ours` };
    const start = async (): Promise<void> => {
      await server.start();
      links.aim(name, server.port());
    };
    return { target: { name, process: server.process, kill: () => server.process().kill(), start } };
  };

  const service = (name: string): Found<ServiceProcess> => {
    const found = services.get(name as ServiceName);
    return found === undefined ? { skipped: `there is no ${name}` } : { target: found };
  };

  return {
    memberIn,
    service,
    victim: async (name: string): Promise<Found<Victim>> => {
      if (name === 'mongo-primary') return { target: victimOfMember(await memberIn('primary')) };
      if (name === 'mongo-secondary') {
        if (mongo.members.length === 1) return { skipped: 'the set has one member' };
        return { target: victimOfMember(await memberIn('secondary')) };
      }
      return name === 'redis' || name === 'rabbit' ? serverVictim(name) : service(name);
    },
    link: async (name: string): Promise<Found<{ name: string; proxy: TcpProxy }>> => {
      if (name === 'all>mongo-primary') return { target: await memberIn('primary') };
      const isThere = name.endsWith('redis') ? redis !== undefined : split || name.startsWith('client>');
      const link = isThere ? linkNames.find((each) => each === name) : undefined;
      return link === undefined
        ? { skipped: `there is no link ${name}` }
        : { target: { name, proxy: links.get(link) } };
    },
  };
};

export type Targets = ReturnType<typeof createTargets>;
