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

/**
 * An HTTP server on which an Express app runs at nearly the speed of `node:http`.
 *
 * Express gives every request and response its app's prototypes with `Object.setPrototypeOf`, which throws away
 * what V8 has learnt about these objects and costs three quarters of the throughput
 * (https://github.com/expressjs/express/issues/5998). Here the objects are born with these prototypes, so the call
 * finds nothing to change. The app must not mount other apps (`app.use(otherApp)`): they switch prototypes again;
 * routers are fine.
 */
export const createFastServer = (app: Express): Server => {
  const { Req, Res } = createClasses(app);
  Object.assign(app, { request: Req.prototype, response: Res.prototype });
  const server = createServer(
    {
      IncomingMessage: Req,
      ServerResponse: Res,
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 2_000,
      keepAliveTimeout: 75_000,
      maxHeaderSize: 16 * 1024,
    },
    app,
  );
  server.on('clientError', answerClientError);
  server.on('connect', refuseConnect);
  return server;
};
