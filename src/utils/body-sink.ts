import type { IncomingMessage } from 'node:http';

/** Takes a body as it is parsed: chunk by chunk, and null at its end. */
export type BodySink = (chunk: Buffer | null) => void;

/** A request that can hand its body on past its stream: those of `createFastServer`. */
export interface BodySource {
  bodySink: BodySink | undefined;
}

const isSource = (req: object): req is BodySource => 'bodySink' in req;

/**
 * Has the body handed to `sink` by the parser itself, in the turn of the loop in which it arrives. A stream costs a small body more
 * than its parsing and checking together: listeners, three turns of the loop, its own end. For requests of another server, and where the stream
 * has taken something in already, it answers false, and the body has to be read as a stream.
 */
export const takeBody = (req: IncomingMessage, sink: BodySink): boolean => {
  if (!isSource(req) || req.complete || req.readableLength > 0) return false;
  req.bodySink = sink;
  // Node would otherwise make the stream flow once the answer is out, to get an unread body off the connection.
  Reflect.set(req, '_consumed', true);
  return true;
};
