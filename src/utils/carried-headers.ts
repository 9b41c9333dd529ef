import { validateHeaderName, validateHeaderValue, type ServerResponse } from 'node:http';

/** Headers that many answers share, checked and written out once. */
export interface HeaderBlock {
  /** Names and values in turn, `['X-A', '1', 'X-B', '2']`, as `writeHead` takes them. */
  readonly flat: readonly string[];
  /** The same as they go over the wire. */
  readonly text: string;
}

/** A response that adds headers by itself when its head is written: those of `createFastServer`. */
export interface Carrier {
  carried: HeaderBlock | undefined;
  /**
   * Ends with a body of ASCII behind the head that was written, as one string: Node would write head and body, and then an empty
   * end, through the slower path for several chunks (3 of 21 us for a request to node:http).
   */
  endPlain: (text: string) => void;
}

/** Node works these out for each answer, so it has to see them. */
const NODES_OWN = /^(?:connection|content-length|date|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/**
 * Makes a block of names and values in turn.
 * @throws TypeError when a name or a value may not stand in a head, or is Node's own business
 */
export const headerBlock = (flat: readonly string[]): HeaderBlock => {
  let text = '';
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] ?? '';
    const value = flat[i + 1] ?? '';
    validateHeaderName(name);
    validateHeaderValue(name, value);
    if (NODES_OWN.test(name)) throw new TypeError(`${name} cannot be carried`);
    text += `${name}: ${value}\r\n`;
  }
  return { flat, text };
};

const isCarrier = (res: object): res is Carrier => 'carried' in res;

/**
 * Adds headers that every answer to this request shall have, whoever writes it. `setHeader` costs 0.3 us a header
 * and makes Node merge them one by one later; fourteen of them would be a fifth of what a bare request costs. On a
 * response of another server they are set in the usual way.
 * A handler that sets one of these headers itself, with `setHeader` or in `writeHead`, wins.
 */
export const carryHeaders = (res: ServerResponse, block: HeaderBlock): void => {
  if (isCarrier(res)) {
    const { carried } = res;
    res.carried =
      carried === undefined ? block : { flat: carried.flat.concat(block.flat), text: carried.text + block.text };
    return;
  }
  for (let i = 0; i < block.flat.length; i += 2) res.setHeader(block.flat[i] ?? '', block.flat[i + 1] ?? '');
};

/** Ends an answer whose head is written. @param bytes the length of `text` on the wire */
export const endWith = (res: ServerResponse, text: string, bytes: number): void => {
  if (isCarrier(res) && bytes === text.length) res.endPlain(text);
  else res.end(text);
};

const namesAny = (given: readonly unknown[], carried: readonly string[]): boolean => {
  for (let i = 0; i < given.length; i += 2) {
    const name = String(given[i]);
    for (let j = 0; j < carried.length; j += 2) {
      const other = carried[j];
      if (other?.length === name.length && other.toLowerCase() === name.toLowerCase()) return true;
    }
  }
  return false;
};

/**
 * Whether the carried text may go out as it is beside what a handler gives to `writeHead`: nothing has been set one
 * by one, the headers given are a flat list or none, and no name is in both.
 */
export const standsBeside = (res: ServerResponse, { flat }: HeaderBlock, given: unknown): boolean => {
  if (res.getHeaderNames().length > 0) return false;
  if (given === undefined) return true;
  return Array.isArray(given) && !Array.isArray(given[0]) && !namesAny(given, flat);
};

/** Sets those carried headers that nobody has set. */
export const setCarried = (res: ServerResponse, { flat }: HeaderBlock): void => {
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] ?? '';
    if (!res.hasHeader(name)) res.setHeader(name, flat[i + 1] ?? '');
  }
};
