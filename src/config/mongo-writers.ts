import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** What is used of the driver's connection, which it keeps to itself. */
interface DriverConnection {
  readonly closed: boolean;
  readonly socket: Socket;
  cleanup: (error: Error) => void;
}

const loadDriver = createRequire(createRequire(import.meta.url).resolve('mongoose'));

let isDone = false;

/**
 * Lets no command wait for ever for room on a connection that is over. The driver (7.8) waits for the socket's `drain` when a write
 * returns false. A socket that was destroyed a moment before returns false too, and never says anything again: no timeout of the
 * driver ends that wait. And where the socket does say why, the error comes through bare, so that what may be retried is not.
 * With a `drain` from the connection's end the command goes on, and fails by what ended the connection. Idempotent.
 */
export const releaseWriters = (): void => {
  if (isDone) return;
  isDone = true;
  const { Connection } = loadDriver('mongodb/lib/cmap/connection.js') as {
    Connection: { prototype: DriverConnection };
  };
  const { prototype } = Connection;
  const { cleanup } = prototype;
  prototype.cleanup = function (error) {
    if (this.closed) return;
    cleanup.call(this, error);
    const { socket } = this;
    const drain = (): void => void socket.emit('drain');
    // Whoever comes too late to have seen the end.
    socket.on('newListener', (event) => {
      if (event === 'drain') process.nextTick(drain);
    });
    drain();
  };
};
