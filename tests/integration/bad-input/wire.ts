import { connect } from 'node:net';

/** A request as it goes over the wire, a character a byte. */
export interface Wire {
  bytes: string;
  /** Goes to the server that waits for nobody. */
  impatient?: true;
  /** Sent again and again, as long as nothing comes back. */
  drip?: string;
  /** The server has to hang up: whatever follows an answer is part of what is heard. */
  hangsUp?: true;
}

export interface HttpRequest {
  method?: string;
  /** As it is, so escaped already. */
  path: string;
  token?: string | undefined;
  /** Sent beside the usual ones, or in their place; null leaves one out. */
  headers?: Readonly<Record<string, string | null>>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is: text in UTF-8, or bytes. */
  body?: string | Buffer;
}

/** An HTTP/1.1 request in bytes. */
export const http = ({ method = 'GET', path, token, headers = {}, json, body }: HttpRequest): Wire => {
  const given = body ?? (json === undefined ? undefined : JSON.stringify(json));
  const bytes = given === undefined ? undefined : Buffer.from(given as string);
  const all: Record<string, string | null> = {
    Host: 'stockroom.test',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(bytes === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(bytes.length) }),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]));
  return { bytes: `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${bytes?.toString('latin1') ?? ''}` };
};

/** An answer as it came over the wire. */
export interface Heard {
  status: number;
  /** By lower-case names; each with all its values. */
  headers: ReadonlyMap<string, readonly string[]>;
  body: string;
  /** All that came, a character a byte. */
  all: string;
}

const parse = (all: string): Heard & { isWhole: boolean } => {
  const end = all.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = all.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1] ?? 0);
  const length = Number(headers.get('content-length')?.[0] ?? 0);
  const body = Buffer.from(all.slice(end + 4, end + 4 + length), 'latin1');
  return { status, headers, body: body.toString('utf8'), all, isWhole: end >= 0 && body.length === length };
};

const answerMs = 60_000;
const dripEveryMs = 20;

/** Sends a request over a connection of its own and listens until its answer is whole, or the server has hung up. */
export const exchange = (port: number, { bytes, drip, hangsUp }: Wire): Promise<Heard> =>
  new Promise((resolve, reject) => {
    let all = '';
    let dripping: NodeJS.Timeout | undefined;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes, 'latin1');
      // Not before: what is written while the connection is made goes out first.
      if (drip !== undefined) dripping = setInterval(() => socket.write(drip, 'latin1'), dripEveryMs);
    });
    const timer = setTimeout(() => end(new Error(`no answer in ${answerMs} ms but: ${all}`)), answerMs);
    const end = (fault?: Error) => {
      clearTimeout(timer);
      clearInterval(dripping);
      socket.destroy();
      const heard = parse(all);
      if (heard.isWhole) resolve(heard);
      else reject(fault ?? new Error(`no whole answer but: ${all}`));
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      all += chunk;
      if (drip !== undefined) clearInterval(dripping);
      if (hangsUp === undefined && parse(all).isWhole) end();
    });
    socket.on('close', () => end());
    // What was said before the server broke off counts.
    socket.on('error', (fault: NodeJS.ErrnoException) =>
      end(fault.code === 'ECONNRESET' || fault.code === 'EPIPE' ? undefined : fault),
    );
  });
