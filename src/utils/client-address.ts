import { isIPv4, isIPv6 } from 'node:net';
import type { Request } from 'express';

/**
 * Where a request comes from. Without a proxy in front, the caller is whoever has connected, and nothing that he says about himself is
 * looked at; behind proxies it is who the outermost of them has seen (`trust proxy` as a number of hops).
 */
export const createAddressOf = (trustProxyHops: number): ((req: Request) => string | undefined) =>
  trustProxyHops === 0 ? (req) => req.socket.remoteAddress : (req) => req.ip;

/** The address itself, where a proxy has written a port behind it. */
const withoutPort = (address: string): string =>
  /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;

/** The eight groups of an IPv6 address, in hexadecimal without leading zeros, but for an IPv4 address at its end. */
const groupsOf = (address: string): string[] => {
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const length = first.length + last.length + (address.includes('.') ? 1 : 0);
  const groups = [...first, ...Array.from({ length: tail === undefined ? 0 : 8 - length }, () => '0'), ...last];
  return groups.map((group) => (group.includes('.') ? group : parseInt(group, 16).toString(16)));
};

const ofMapped = (groups: readonly string[]): string | undefined => {
  if (groups.slice(0, 5).some((group) => group !== '0') || groups[5] !== 'ffff') return undefined;
  const [high = '', low] = groups.slice(6);
  if (low === undefined) return high;
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
};

/**
 * Under what name the requests of an address are counted: an IPv4 address under its own, however it is written; an IPv6 address
 * under its /64, all of which one customer of a provider may use as he likes (RFC 6177); what is no address under one name for all.
 */
export const addressKey = (given: string | undefined): string => {
  if (given === undefined) return 'unknown';
  if (isIPv4(given)) return given;
  const address = withoutPort(given.slice(0, 80)).replace(/%.*$/, '');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return 'unknown';
  const groups = groupsOf(address.toLowerCase());
  return ofMapped(groups) ?? `${groups.slice(0, 4).join(':')}::/64`;
};
