import { createEventStreamController } from '../../src/controllers/event-stream.controller.js';
import { createEventRoutes } from '../../src/routes/event.routes.js';
import type { Subscriber } from '../../src/services/stock-stream/subscribers.js';
import { openEvents } from '../helpers/event-source.js';
import { listeningApp } from '../helpers/http-app.js';
import { waitFor } from '../helpers/wait-for.js';

describe('event stream controller', () => {
  let close = (): Promise<void> => Promise.resolve();
  afterEach(() => close());

  const start = async () => {
    const world: { subscriber?: Subscriber; left: number; given: (string | undefined)[] } = { left: 0, given: [] };
    const stream = {
      subscribe: (subscriber: Subscriber, lastEventId: string | undefined) => {
        world.subscriber = subscriber;
        world.given.push(lastEventId);
        subscriber.send('retry: 1\n\n');
        return Promise.resolve(() => {
          world.left++;
        });
      },
    };
    const controller = createEventStreamController({ stream });
    const app = await listeningApp([createEventRoutes({ controller, guard: () => [] })]);
    close = app.close;
    return { world, url: `http://127.0.0.1:${app.port}` };
  };

  it('when a client does not read, then it is too slow long before much waits here, and its connection is cut', async () => {
    const { world, url } = await start();
    const client = await openEvents(url, { paused: true });
    const text = `data: ${JSON.stringify('x'.repeat(16_000))}\n\n`;
    const isDrained = (): boolean => world.subscriber?.send(text) === true;
    await waitFor(() => !isDrained(), { intervalMs: 0 });
    world.subscriber?.end(true);
    await waitFor(() => world.left === 1);
    client.close();
  });

  it('when much is to be told at once to a client that reads, then it is not too slow for that', async () => {
    const { world, url } = await start();
    const client = await openEvents(url);
    const text = `data: ${JSON.stringify('x'.repeat(1_000))}\n\n`;
    expect(Array.from({ length: 50 }, () => world.subscriber?.send(text))).not.toContain(false);
    expect(world.subscriber?.send(text.repeat(400))).toBe(true);
    await waitFor(() => world.subscriber?.send(':\n\n') === true, { what: 'all of it to leave' });
    client.close();
  });

  it('when the stream ends, then the answer does', async () => {
    const { world, url } = await start();
    const client = await openEvents(url);
    world.subscriber?.end(false);
    await waitFor(() => client.ended() && world.left === 1);
  });

  it('when a client hangs up, then it is let go', async () => {
    const { world, url } = await start();
    const client = await openEvents(url);
    client.close();
    await waitFor(() => world.left === 1);
  });

  it('when a client says where it was, then the stream is told so', async () => {
    const { world, url } = await start();
    (await openEvents(url, { lastEventId: '82AB' })).close();
    (await openEvents(url)).close();
    expect(world.given).toEqual(['82AB', undefined]);
  });

  it('when only the head is asked for, then nobody listens', async () => {
    const { world, url } = await start();
    const answer = await fetch(`${url}/api/v1/events`, { method: 'HEAD' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(world.given).toEqual([]);
  });

  it('when there is a query, then it is refused', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/api/v1/events?since=1`)).status).toBe(400);
  });
});
