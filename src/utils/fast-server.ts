import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import type { Express } from 'express';
import { withCarried, type Carrier } from './carried-headers.js';
import { answerClientError, refuseConnect } from './client-error.js';

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
  class Req extends IncomingMessage {}
  class Res<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> implements Carrier {
    carried: readonly string[] = [];

    override writeHead(status: number, second?: unknown, third?: unknown): this {
      const reason = typeof second === 'string' ? second : undefined;
      const given = reason === undefined ? (second ?? third) : third;
      const headers = (this.carried.length === 0 ? given : withCarried(this, this.carried, given)) as string[];
      return reason === undefined ? super.writeHead(status, headers) : super.writeHead(status, reason, headers);
    }
  }
  Object.setPrototypeOf(Req.prototype, app.request);
  Object.setPrototypeOf(Res.prototype, app.response);
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
