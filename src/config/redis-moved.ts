/**
 * Where a node of a Redis Cluster says that a key is, by the error `MOVED <slot> <host>:<port>`; an empty host is the node's own.
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
 * @param url the URL of the node that was asked; scheme, sign-in and the rest are those of the other node too
 * @returns the other node's URL, or `undefined` when the error is another one
 */
export const movedTo = (error: unknown, url: string): string | undefined => {
  const [, host, port] = /^MOVED \d+ (\S*):(\d+)$/.exec(error instanceof Error ? error.message : '') ?? [];
  if (host === undefined || port === undefined) return undefined;
  const there = new URL(url);
  if (host !== '') there.hostname = host.includes(':') ? `[${host}]` : host;
  there.port = port;
  return there.href;
};
