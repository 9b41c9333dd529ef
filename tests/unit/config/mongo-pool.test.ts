import { EventEmitter } from 'node:events';
import { watchPool } from '../../../src/config/mongo-pool.js';

const address = '127.0.0.1:27017';

describe('pool of connections', () => {
  const start = () => {
    const client = new EventEmitter();
    const counts = { open: 0, inUse: 0, waiting: 0 };
    const waits: number[] = [];
    const faults: string[] = [];
    watchPool(client as unknown as Parameters<typeof watchPool>[0], {
      changed: (what, by) => (counts[what] += by),
      waited: (ms) => waits.push(ms),
      failed: (reason) => faults.push(reason),
      cleared: () => faults.push('cleared'),
    });
    return { client, counts, waits, faults };
  };

  it('when an operation takes a connection and gives it back, then each step is counted', () => {
    const { client, counts, waits } = start();
    client.emit('connectionCheckOutStarted', { address });
    expect(counts).toEqual({ open: 0, inUse: 0, waiting: 1 });
    client.emit('connectionCreated', { address, connectionId: 1 });
    client.emit('connectionCheckedOut', { address, connectionId: 1, durationMS: 7 });
    expect(counts).toEqual({ open: 1, inUse: 1, waiting: 0 });
    client.emit('connectionCheckedIn', { address, connectionId: 1 });
    expect(counts).toEqual({ open: 1, inUse: 0, waiting: 0 });
    client.emit('connectionClosed', { address, connectionId: 1 });
    expect(counts).toEqual({ open: 0, inUse: 0, waiting: 0 });
    expect(waits).toEqual([7]);
  });

  it('when a connection was there before anybody looked, then it counts from its first use on', () => {
    const { client, counts } = start();
    client.emit('connectionCheckedIn', { address, connectionId: 1 });
    expect(counts).toEqual({ open: 0, inUse: 0, waiting: 0 });
    client.emit('connectionCheckOutStarted', { address });
    client.emit('connectionCheckedOut', { address, connectionId: 1, durationMS: 0 });
    expect(counts).toEqual({ open: 1, inUse: 1, waiting: 0 });
  });

  it('when servers number their connections alike, then they are told apart', () => {
    const { client, counts } = start();
    client.emit('connectionCreated', { address, connectionId: 1 });
    client.emit('connectionCreated', { address: '127.0.0.1:27018', connectionId: 1 });
    expect(counts.open).toBe(2);
  });

  it('when a connection dies in use, then it is neither open nor in use', () => {
    const { client, counts } = start();
    client.emit('connectionCheckOutStarted', { address });
    client.emit('connectionCheckedOut', { address, connectionId: 4, durationMS: 0 });
    client.emit('connectionPoolCleared', { address });
    client.emit('connectionClosed', { address, connectionId: 4 });
    client.emit('connectionCheckedIn', { address, connectionId: 4 });
    expect(counts).toEqual({ open: 0, inUse: 0, waiting: 0 });
  });

  it('when no connection is to be had, then the reason is told and nobody waits any more', () => {
    const { client, counts, faults } = start();
    client.emit('connectionCheckOutStarted', { address });
    client.emit('connectionCheckOutFailed', { address, reason: 'timeout' });
    expect(counts.waiting).toBe(0);
    expect(faults).toEqual(['timeout']);
  });
});
