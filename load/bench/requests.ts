import type { RequestSpec } from './load-spec.js';
import { createZipf } from './zipf.js';

/** The requests of one connection, ready to be written: nothing is built while the clock runs. */
export interface RequestRing {
  /** Bytes of the next request; valid until the ring has gone round. Null when there is no work left. */
  next: () => Buffer | null;
  /** Index into `ids` of the request that was handed out last. */
  lastId: () => number;
}

interface Template {
  bytes: Buffer;
  idAt: number;
  /** -1: no key. */
  keyAt: number;
}

const keyDigits = 10;

const template = (
  spec: RequestSpec,
  port: number,
  customer: string | undefined,
  keyPrefix: string | null,
): Template => {
  const head = [`${spec.method} ${spec.pathPrefix}`, `${spec.ids[0] ?? ''}${spec.pathSuffix} HTTP/1.1\r\n`];
  const lines = [`Host: 127.0.0.1:${String(port)}`, 'Connection: keep-alive', ...spec.headers];
  if (customer !== undefined) lines.push(customer);
  if (spec.body !== null)
    lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(spec.body)}`);
  const beforeKey = `${head.join('')}${lines.join('\r\n')}\r\n`;
  const key = keyPrefix === null ? '' : `Idempotency-Key: ${keyPrefix}`;
  const text = keyPrefix === null ? beforeKey : `${beforeKey}${key}${'0'.repeat(keyDigits)}\r\n`;
  return {
    bytes: Buffer.from(`${text}\r\n${spec.body ?? ''}`, 'latin1'),
    idAt: (head[0] ?? '').length,
    keyAt: keyPrefix === null ? -1 : beforeKey.length + key.length,
  };
};

const writeDigits = (bytes: Buffer, at: number, value: number): void => {
  let rest = value;
  for (let i = at + keyDigits - 1; i >= at; i--) {
    bytes[i] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
};

/** The customers of one connection: every connection has its own share, all shares together are all customers. */
const shareOf = (customers: readonly string[], connection: number, connections: number): (string | undefined)[] => {
  const share = customers.filter((_, index) => index % connections === connection);
  return share.length > 0 ? share : [customers[connection % Math.max(1, customers.length)]];
};

/** The ids as bytes, one behind the other, and the order in which they are drawn; shared by all connections. */
const createIds = ({ ids, order }: Pick<RequestSpec, 'ids' | 'order'>) => {
  const bytes = Buffer.from(ids.join(''), 'latin1');
  const length = (ids[0] ?? '').length;
  if (bytes.length !== length * ids.length) throw new Error('The ids of a load must be of one length');
  const rank = order === 'zipf' ? createZipf(ids.length) : (share: number) => Math.floor(share * ids.length);
  return {
    count: ids.length,
    /** The id that stands at this share, from 0 up to 1. */
    at: rank,
    copy: (index: number, target: Buffer, targetAt: number): void => {
      bytes.copy(target, targetAt, index * length, (index + 1) * length);
    },
  };
};

/** A number from 0 up to 1, each time another; Numerical Recipes' generator, whose upper bits are good enough to spread ids. */
const createShares = (seed: number) => {
  let random = (seed * 2_654_435_761 + 1) >>> 0;
  return (): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return random / 4_294_967_296;
  };
};

/**
 * Builds the requests of a load, a ring for each connection by its number. Ids and keys are written into the bytes in
 * place, which is safe because a connection has one request in flight and the ring holds more than one.
 * @param runTag makes the idempotency keys of this run its own
 */
export const createRequestRings = (spec: RequestSpec, runTag: string): ((connection: number) => RequestRing) => {
  const ids = createIds(spec);

  return (connection) => {
    const port = spec.ports[connection % spec.ports.length] ?? 0;
    const share = shareOf(spec.customers, connection, spec.connections);
    // An odd customer out would get keys in one lap and none in the next, so a short share is doubled.
    const riders = share.length === 1 ? [share[0], share[0]] : share;
    const ring = riders.map((customer, index) =>
      template(spec, port, customer, spec.keyed && index % 2 === 1 ? `${runTag}-${String(connection)}-` : null),
    );
    const nextShare = createShares(connection);
    let made = 0;
    let last = 0;

    const pick = (): number => {
      if (spec.order === 'laps') return Math.floor(made / ring.length);
      const swept = connection + made * spec.connections;
      if (spec.sweep && swept < ids.count) return swept;
      return ids.at(nextShare());
    };

    return {
      next: () => {
        const index = pick();
        const entry = ring[made % ring.length];
        if (index >= ids.count || entry === undefined) return null;
        ids.copy(index, entry.bytes, entry.idAt);
        if (entry.keyAt >= 0) writeDigits(entry.bytes, entry.keyAt, made);
        made++;
        last = index;
        return entry.bytes;
      },
      lastId: () => last,
    };
  };
};
