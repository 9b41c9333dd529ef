/** The head of an answer that is a stream of server-sent events: neither kept nor held back until there is more of it. */
export const streamHead: string[] = [
  ...['Content-Type', 'text/event-stream; charset=utf-8'],
  ...['Cache-Control', 'no-store, no-transform', 'X-Accel-Buffering', 'no'],
];
