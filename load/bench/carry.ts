import { connect, type Socket } from 'node:net';
import { hashOf, routingKey } from './path-hash.js';

interface Head {
  /** Bytes of the whole request, body included. */
  length: number;
  path: string;
}

/** The next request's head, null while it has not arrived whole. @throws Error for a body whose length is not told. */
const readHead = (bytes: Buffer): Head | null => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const text = bytes.toString('latin1', 0, end);
  if (/\r\ntransfer-encoding:/i.test(text)) throw new Error('Only bodies with a Content-Length are carried');
  const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
  return { length: end + 4 + bodyLength, path: text.split(' ', 2)[1] ?? '/' };
};

/**
 * Carries one client's requests to the process that their product belongs to. Answers are passed on unread, so a
 * client must wait for each before it sends the next, as HTTP clients do; one that pipelines is cut off.
 */
export const carry = (client: Socket, targets: readonly number[]): void => {
  const upstreams = new Map<number, Socket>();
  let pending: Buffer = Buffer.alloc(0);
  /** What is still to come of the body of the request on its way, and where it goes. */
  let bodyLeft = 0;
  let current: Socket | undefined;

  const end = (): void => {
    client.destroy();
    for (const upstream of upstreams.values()) upstream.destroy();
  };
  const upstreamOf = (port: number): Socket => {
    const known = upstreams.get(port);
    if (known) return known;
    const made = connect({ port, host: '127.0.0.1', noDelay: true });
    made.on('data', (chunk) => client.write(chunk));
    made.on('error', end).on('close', end);
    upstreams.set(port, made);
    return made;
  };
  const onData = (chunk: Buffer): void => {
    if (bodyLeft > 0 && current) {
      bodyLeft -= chunk.length;
      current.write(chunk);
      if (bodyLeft < 0) end();
      return;
    }
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const head = readHead(pending);
    if (head === null) return;
    current = upstreamOf(targets[hashOf(routingKey(head.path)) % targets.length] ?? 0);
    bodyLeft = head.length - pending.length;
    current.write(pending);
    pending = Buffer.alloc(0);
    if (bodyLeft < 0) end();
  };

  client.setNoDelay(true);
  client.on('error', end).on('close', end);
  client.on('data', (chunk) => {
    try {
      onData(chunk);
    } catch {
      end();
    }
  });
};
