import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { api, product, refused, type Row } from './row.js';

const register = (body: string | Buffer, headers: Readonly<Record<string, string | null>> = {}) =>
  api('POST', '/auth/register', { body, headers });

const account = JSON.stringify({ email: 'eve@stockroom.test', password: 'long enough', name: 'Eve' });
const packed = (encoding: string) => ({ 'Content-Encoding': encoding });
/** A thousand times as large when it is unpacked. */
const bomb = Buffer.alloc(16 * 1024 * 1024, ' ');

const malformed = (name: string, body: string | Buffer, headers = {}): Row =>
  refused(name, 400, 'MALFORMED_JSON', () => register(body, headers));
const invalid = (name: string, body: string | Buffer, fields: readonly string[]): Row =>
  refused(name, 400, 'VALIDATION_FAILED', () => register(body), { fields });
const unsupported = (name: string, headers: Readonly<Record<string, string | null>>): Row =>
  refused(name, 415, 'UNSUPPORTED_MEDIA_TYPE', () => register(account, headers));
const tooLarge = (name: string, body: () => Buffer | string, headers = {}): Row =>
  refused(name, 413, 'BODY_TOO_LARGE', () => register(body(), headers));

export const malformedJson: readonly Row[] = [
  malformed('half an object', '{"email":'),
  malformed('a comma at the end', '{"email":"eve@stockroom.test",}'),
  malformed('single quotes', "{'email':'eve@stockroom.test'}"),
  malformed('a comment', '{/* */}'),
  malformed('NaN', '{"price":NaN}'),
  malformed('two values', '{}{}'),
  malformed('blanks alone', '   '),
  malformed('a NUL', '{"email":"\0"}'),
  malformed('markup', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
  malformed('bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])),
];

export const nullAndArrays: readonly Row[] = [
  invalid('null', 'null', ['']),
  invalid('a list', '[]', ['']),
  invalid('a list of objects', `[${account}]`, ['']),
  invalid('a number', '1', ['']),
  invalid('text', '"text"', ['']),
  refused('none where one is needed', 400, 'VALIDATION_FAILED', () => api('POST', '/auth/register'), { fields: [''] }),
  refused('null for a purchase', 400, 'VALIDATION_FAILED', ({ productId, user }) =>
    api('POST', `/products/${productId}/purchase`, { token: user, body: 'null' }),
  ),
  refused('one where none is taken', 400, 'VALIDATION_FAILED', ({ reservationId, owner }) =>
    api('POST', `/reservations/${reservationId}/confirm`, { token: owner.token, json: { quantity: 1 } }),
  ),
];

export const contentTypes: readonly Row[] = [
  unsupported('none', { 'Content-Type': null }),
  unsupported('text/plain', { 'Content-Type': 'text/plain' }),
  unsupported('a form', { 'Content-Type': 'application/x-www-form-urlencoded' }),
  unsupported('a form of several parts', { 'Content-Type': 'multipart/form-data; boundary=x' }),
  unsupported('something that begins like JSON', { 'Content-Type': 'application/jsonp' }),
  unsupported('a list of types', { 'Content-Type': 'text/plain, application/json' }),
  unsupported('12 kB of blanks', { 'Content-Type': `application/json${' '.repeat(12_000)}x` }),
];

export const charsetsAndEncodings: readonly Row[] = [
  unsupported('the charset latin1', { 'Content-Type': 'application/json; charset=iso-8859-1' }),
  unsupported('the charset utf-7', { 'Content-Type': 'application/json; charset=utf-7' }),
  unsupported('a charset behind a good one', { 'Content-Type': 'application/json; charset=utf-8; charset=utf-7' }),
  unsupported('an unknown encoding', packed('compress')),
  unsupported('two encodings', packed('gzip, gzip')),
  malformed('gzip that is none', account, packed('gzip')),
  malformed('gzip that breaks off', gzipSync(account).subarray(0, 30), packed('gzip')),
];

export const bombs: readonly Row[] = [
  tooLarge('16 MB in gzip', () => gzipSync(bomb), packed('gzip')),
  tooLarge('16 MB in deflate', () => deflateSync(bomb), packed('deflate')),
  tooLarge('16 MB in brotli', () => brotliCompressSync(bomb), packed('br')),
  tooLarge('a byte too many', () => `"${'x'.repeat(100 * 1024 - 1)}"`),
];

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

export const nesting: readonly Row[] = [
  invalid('50,000 lists in each other', deep(50_000), ['']),
  invalid('10,000 objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, [
    'a',
    'email',
    'name',
    'password',
  ]),
  invalid('such a thing in a field', `${account.slice(0, -1)},"name":${deep(20_000)}}`, ['name']),
  refused('for the items of an order', 400, 'VALIDATION_FAILED', ({ user }) =>
    api('POST', '/orders', { token: user, body: `{"items":${deep(50_000)}}` }),
  ),
];

export const crowds: readonly Row[] = [
  refused('10,000 unknown fields', 400, 'VALIDATION_FAILED', () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, 0]));
    return register(JSON.stringify(fields));
  }),
  refused('30,000 items', 400, 'VALIDATION_FAILED', ({ user }) =>
    api('POST', '/orders', { token: user, body: `{"items":[${'{},'.repeat(30_000)}{}]}` }),
  ),
  refused('operators at the end of long paths', 400, 'VALIDATION_FAILED', () => {
    const operators = JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`$${index}`, 0])));
    return register(`${'['.repeat(40_000)}${operators}${']'.repeat(40_000)}`);
  }),
];

const poisoned = (json: string, path: string): Row =>
  refused(
    json,
    400,
    'VALIDATION_FAILED',
    ({ manager }) =>
      api('POST', '/products', { token: manager, body: `${JSON.stringify(product).slice(0, -1)},${json}}` }),
    {
      also: ({ body }) => {
        const { error } = JSON.parse(body) as { error: { details: { path: string }[] } };
        expect(error.details.map((fault) => fault.path)).toContain(path);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      },
    },
  );

export const prototypeKeys: readonly Row[] = [
  poisoned('"__proto__":{"polluted":true}', '__proto__'),
  poisoned('"constructor":{"prototype":{"polluted":true}}', 'constructor'),
  poisoned('"tags":[{"__proto__":{"polluted":true}}]', 'tags.0.__proto__'),
  poisoned('"prototype":1', 'prototype'),
];
