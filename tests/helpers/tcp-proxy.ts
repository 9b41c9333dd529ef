import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** From now on new connections go there: the server has moved. */
  aim: (targetPort: number) => void;
  /** Cuts every connection that is open now; new ones are taken. */
  cut: () => void;
  /** The same by a reset (RST): what was on its way is lost without a word. */
  reset: () => void;
  /** From now on connections are refused: those that are open are cut, and new ones at once. */
  refuse: () => void;
  /** From now on nothing passes in either direction, while connections stay open: half-open, as after a lost cable. */
  hold: () => void;
  /** Milliseconds that each chunk waits, in each direction. */
  delay: (ms: number) => void;
  /** Lets everything pass again; what was held back passes first. */
  heal: () => void;
  /** Connections that are open now. */
  connections: () => number;
  stop: () => Promise<void>;
}

interface State {
  mode: 'pass' | 'hold' | 'refuse';
  delayMs: number;
  /** What is waiting for `heal`, in order. */
  held: (() => void)[];
}

/** Passes chunks on, in order, as the state says. */
const pass = (from: Socket, to: Socket, state: State): void => {
  const write = (chunk: Buffer) => !to.destroyed && to.write(chunk);
  const waiting: (() => void)[] = [];
  let lastDueMs = 0;
  /** Whatever becomes of the delay meanwhile, each timer lets the oldest chunk pass. */
  const later = (run: () => void): void => {
    const nowMs = performance.now();
    lastDueMs = Math.max(lastDueMs, nowMs + state.delayMs);
    waiting.push(run);
    setTimeout(() => waiting.shift()?.(), lastDueMs - nowMs);
  };
  from.on('data', (chunk: Buffer) => {
    if (state.mode === 'hold') state.held.push(() => write(chunk));
    else if (state.delayMs > 0 || waiting.length > 0) later(() => write(chunk));
    else write(chunk);
  });
  from.on('close', () => {
    if (state.mode === 'hold') state.held.push(() => to.destroy());
    else to.destroy();
  });
  from.on('error', () => from.destroy());
};

/** A proxy on 127.0.0.1 in front of a server there, to disturb what flows between. */
export const startTcpProxy = async (targetPort: number): Promise<TcpProxy> => {
  const state: State = { mode: 'pass', delayMs: 0, held: [] };
  let aimedAt = targetPort;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    if (state.mode === 'refuse') {
      client.destroy();
      return;
    }
    const target = connect(aimedAt, '127.0.0.1');
    track(client);
    track(target);
    pass(client, target, state);
    pass(target, client, state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    aim: (port) => {
      aimedAt = port;
    },
    cut,
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    refuse: () => {
      state.mode = 'refuse';
      cut();
    },
    hold: () => {
      state.mode = 'hold';
    },
    delay: (ms) => {
      state.delayMs = ms;
    },
    heal: () => {
      state.mode = 'pass';
      state.delayMs = 0;
      for (const release of state.held.splice(0)) release();
    },
    connections: () => sockets.size / 2,
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
