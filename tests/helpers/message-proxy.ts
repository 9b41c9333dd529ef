import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * What becomes of a command on its way to the database. `pass`; `lose`: the connection breaks before the server has it;
 * `lose-reply`: it breaks once the server has answered; `hold`: it waits, and what follows it on that connection, for
 * `release`; `late`: the connection breaks at once, and the server gets the command at `release`.
 */
export type Verdict = 'pass' | 'lose' | 'lose-reply' | 'hold' | 'late';

export interface MessageProxy {
  /** To connect through: the driver must not go round the proxy to the address that the server gives for itself. */
  uri: (database: string) => string;
  /** Lets the server have what was held or is late. */
  release: () => void;
  /** Connections that are open now stay so, and nothing passes on them any more; new ones work. */
  deafen: () => void;
  stop: () => Promise<void>;
}

const opMsg = 2013;
const opCodeAt = 12;
/** Header, flags, the kind of the first section, the document's length and the type of its first element. */
const nameAt = 26;

/** The command's name is the first key of the message's document; source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const commandOf = (message: Buffer): string => {
  if (message.length <= nameAt || message.readInt32LE(opCodeAt) !== opMsg) return '';
  return message.toString('latin1', nameAt, message.indexOf(0, nameAt));
};

/** Cuts a stream into the messages of the wire protocol, each of which begins with its length. */
const createFraming = (onMessage: (message: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      onMessage(message);
    }
  };
};

/** A proxy in front of a mongod on 127.0.0.1 that knows the commands that pass it. */
export const startMessageProxy = async (
  targetPort: number,
  judge: (command: string) => Verdict,
): Promise<MessageProxy> => {
  const pairs = new Set<{ client: Socket; target: Socket; deaf: boolean }>();
  let held: (() => void)[] = [];

  const join = (client: Socket): void => {
    const target = connect(targetPort, '127.0.0.1');
    const pair = { client, target, deaf: false };
    pairs.add(pair);
    let losesReply = false;
    let waiting: Buffer[] | null = null;
    let keepsTarget = false;
    const send = (message: Buffer) => !target.destroyed && target.write(message);
    const flush = () => {
      const messages = waiting ?? [];
      waiting = null;
      messages.forEach(send);
    };
    const handle = (message: Buffer): void => {
      if (pair.deaf) return;
      if (waiting) {
        waiting.push(message);
        return;
      }
      const verdict = judge(commandOf(message));
      if (verdict === 'lose') client.destroy();
      else if (verdict === 'late') {
        keepsTarget = true;
        held.push(() => send(message));
        client.destroy();
      } else if (verdict === 'hold') {
        waiting = [message];
        held.push(flush);
      } else {
        losesReply ||= verdict === 'lose-reply';
        send(message);
      }
    };
    client.on('data', createFraming(handle));
    target.on('data', (chunk: Buffer) => {
      if (losesReply) client.destroy();
      else if (!pair.deaf && !client.destroyed) client.write(chunk);
    });
    client.on('close', () => {
      if (keepsTarget) return;
      pairs.delete(pair);
      target.destroy();
    });
    target.on('close', () => {
      pairs.delete(pair);
      client.destroy();
    });
    for (const socket of [client, target]) socket.on('error', () => socket.destroy());
  };

  const server = createServer(join).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    uri: (database) => `mongodb://127.0.0.1:${port}/${database}?directConnection=true`,
    release: () => {
      const due = held;
      held = [];
      for (const go of due) go();
    },
    deafen: () => {
      for (const pair of pairs) pair.deaf = true;
    },
    stop: async () => {
      for (const { client, target } of pairs) {
        client.destroy();
        target.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
};
