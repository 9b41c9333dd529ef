import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import type { Express } from 'express';
import { setCarried, standsBeside, type Carrier, type HeaderBlock } from './carried-headers.js';
import { answerClientError, refuseConnect } from './client-error.js';

/** The step behind `writeHead` that renders the head; `statusLine` is what the head starts with. */
type StoreHeader = (this: ServerResponse, statusLine: string, headers: unknown) => void;

/**
 * Express's prototypes on classes of our own.
 *
 * Headers that are the same for every answer are put behind the status line as text: Node would check each of them
 * again for every answer, which costs as much as all of Express's routing. The step where this is possible is not
 * public; on a Node without it they are set one by one.
 */
const createClasses = (app: Express) => {
  const storeHeader = Reflect.get(ServerResponse.prototype, '_storeHeader') as StoreHeader | undefined;

  class Req extends IncomingMessage {}
  class Res<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> implements Carrier {
    carried: HeaderBlock | undefined = undefined;
    headText = '';

    endPlain(text: string): void {
      const head: unknown = Reflect.get(this, '_header');
      const isFirst = Reflect.get(this, '_headerSent') === false && Reflect.get(this, '_hasBody') === true;
      if (isFirst && typeof head === 'string') {
        Reflect.set(this, '_header', head + text);
        this.end();
      } else {
        this.end(text);
      }
    }

    override writeHead(status: number, second?: unknown, third?: unknown): this {
      const reason = typeof second === 'string' ? second : undefined;
      const given = (reason === undefined ? (second ?? third) : third) as string[] | undefined;
      const { carried } = this;
      if (carried !== undefined) {
        if (storeHeader !== undefined && standsBeside(this, carried, given)) this.headText = carried.text;
        else setCarried(this, carried);
      }
      return reason === undefined ? super.writeHead(status, given) : super.writeHead(status, reason, given);
    }
  }
  Object.setPrototypeOf(Req.prototype, app.request);
  Object.setPrototypeOf(Res.prototype, app.response);
  if (storeHeader !== undefined) {
    const withText = function (this: Res, statusLine: string, headers: unknown): void {
      storeHeader.call(this, statusLine + this.headText, headers);
    };
    Object.defineProperty(Res.prototype, '_storeHeader', { value: withText });
  }
  return { Req, Res };
};

/** How long a caller may take, in milliseconds. */
export interface ReceiveLimits {
  /** For the head of a request. */
  headersTimeoutMs?: number;
  /** For the whole of a request. */
  requestTimeoutMs?: number;
  /** For taking what is sent, or for saying anything at all: longer than any answer takes to be made. */
  idleTimeoutMs?: number;
  /** How often connections are looked at; a limit is kept as exactly as this. */
  checkEveryMs?: number;
}

/**
 * An HTTP server on which an Express app runs at nearly the speed of `node:http`.
 *
 * Express gives every request and response its app's prototypes with `Object.setPrototypeOf`, which throws away
 * what V8 has learnt about these objects and costs three quarters of the throughput
 * (https://github.com/expressjs/express/issues/5998). Here the objects are born with these prototypes, so the call
 * finds nothing to change. The app must not mount other apps (`app.use(otherApp)`): they switch prototypes again;
 * routers are fine.
 */
export const createFastServer = (app: Express, limits: ReceiveLimits = {}): Server => {
  const {
    headersTimeoutMs = 10_000,
    requestTimeoutMs = 15_000,
    idleTimeoutMs = 120_000,
    checkEveryMs = 2_000,
  } = limits;
  const { Req, Res } = createClasses(app);
  Object.assign(app, { request: Req.prototype, response: Res.prototype });
  const server = createServer(
    {
      IncomingMessage: Req,
      ServerResponse: Res,
      // The app refuses it, in the error shape of the API.
      requireHostHeader: false,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkEveryMs,
      keepAliveTimeout: 75_000,
      maxHeaderSize: 16 * 1024,
    },
    app,
  );
  // Who asks for much and takes nothing would keep it in our memory for ever.
  server.setTimeout(idleTimeoutMs);
  server.on('clientError', answerClientError);
  server.on('connect', refuseConnect);
  // What we are not asked to understand may be ignored (RFC 9110 section 10.1.1); Node would answer without a body.
  server.on('checkExpectation', app);
  return server;
};
