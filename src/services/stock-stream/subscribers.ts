/** Someone who listens; what it is sent must never be waited for. */
export interface Subscriber {
  /** Sends text. @returns false when too much waits to be sent already, so that it is to be dropped */
  send: (text: string) => boolean;
  /** Ends the connection: in order, or at once for one that is too slow. */
  end: (tooSlow: boolean) => void;
}

export interface SubscribersDependencies {
  subscribersMax: number;
  metrics: { dropped: () => void };
}

const heartbeatMs = 15_000;
/** A line that says nothing, so that proxies keep the connection and a lost one is noticed. */
const heartbeat = ':\n\n';

/** All who listen. One that is too slow is dropped; it comes back by itself and says where it was. */
export const createSubscribers = ({ subscribersMax, metrics }: SubscribersDependencies) => {
  const all = new Set<Subscriber>();
  let closed = false;

  const send = (subscriber: Subscriber, text: string): void => {
    if (subscriber.send(text)) return;
    all.delete(subscriber);
    metrics.dropped();
    subscriber.end(true);
  };
  const sendAll = (text: string): void => {
    for (const subscriber of all) send(subscriber, text);
  };
  const timer = setInterval(() => sendAll(heartbeat), heartbeatMs);
  timer.unref();

  return {
    size: (): number => all.size,
    /** Whether nobody more is taken in. */
    isFull: (): boolean => closed || all.size >= subscribersMax,
    add: (subscriber: Subscriber): void => void all.add(subscriber),
    /** Adds somebody with a first text of their own. */
    begin: (subscriber: Subscriber, text: string): void => {
      all.add(subscriber);
      send(subscriber, text);
      if (!closed) return;
      all.delete(subscriber);
      subscriber.end(false);
    },
    remove: (subscriber: Subscriber): void => void all.delete(subscriber),
    sendAll,
    close: (): void => {
      closed = true;
      clearInterval(timer);
      for (const subscriber of all) subscriber.end(false);
      all.clear();
    },
  };
};

export type Subscribers = ReturnType<typeof createSubscribers>;
