import type mongoose from 'mongoose';

/** Told of what happens to the connections of a client (CMAP, https://github.com/mongodb/specifications). */
export interface PoolListener {
  /** Connections that are open, those of them that are in use, and operations that wait for one, by how many more there are now. */
  changed: (what: 'open' | 'inUse' | 'waiting', by: 1 | -1) => void;
  waited: (ms: number) => void;
  /** @param reason timeout, connectionError or poolClosed */
  failed: (reason: string) => void;
  cleared: () => void;
}

/** A set that tells of its growth and shrinking, once for each member. */
const createMembers = (listener: PoolListener, what: 'open' | 'inUse') => {
  const members = new Set<string>();
  return {
    add: (member: string): void => {
      if (members.has(member)) return;
      members.add(member);
      listener.changed(what, 1);
    },
    remove: (member: string): void => {
      if (members.delete(member)) listener.changed(what, -1);
    },
  };
};

/**
 * Follows the pools of a client. Connections that were opened before are counted from their first use on, so that it may start at any
 * time.
 */
export const watchPool = (client: Pick<mongoose.mongo.MongoClient, 'on'>, listener: PoolListener): void => {
  const open = createMembers(listener, 'open');
  const inUse = createMembers(listener, 'inUse');
  const idOf = ({ address, connectionId }: { address: string; connectionId: number | '<monitor>' }): string =>
    `${address} ${connectionId}`;

  client.on('connectionCreated', (event) => open.add(idOf(event)));
  client.on('connectionClosed', (event) => {
    inUse.remove(idOf(event));
    open.remove(idOf(event));
  });
  client.on('connectionCheckOutStarted', () => listener.changed('waiting', 1));
  client.on('connectionCheckOutFailed', ({ reason }) => {
    listener.changed('waiting', -1);
    listener.failed(reason);
  });
  client.on('connectionCheckedOut', (event) => {
    listener.changed('waiting', -1);
    listener.waited(event.durationMS);
    open.add(idOf(event));
    inUse.add(idOf(event));
  });
  client.on('connectionCheckedIn', (event) => inUse.remove(idOf(event)));
  client.on('connectionPoolCleared', () => listener.cleared());
};
