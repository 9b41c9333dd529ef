import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findK6 } from '../../../../load/scenarios/find-k6.js';
import { readLoadFlags } from '../../../../load/scenarios/flags.js';
import { createK6Points } from '../../../../load/scenarios/k6-points.js';
import { readPromises } from '../../../../load/scenarios/k6-promises.js';

const id = '018f0000-0000-7000-8000-000000000001';
const point = (metric: string, time: string, value: number, tags: Record<string, string> = {}): string =>
  JSON.stringify({ type: 'Point', metric, data: { time, value, tags } });

describe('createK6Points', () => {
  it('when lines come out of order, then answers stand in their intervals, and looks become samples', () => {
    const points = createK6Points(1_000);
    const bought = { action: 'purchase', status: '201', code: '' };
    points.add('{"type":"Metric","metric":"time_to_answer","data":{}}');
    points.add(
      point('time_to_answer', '2026-01-01T00:00:02.500+00:00', 30, { ...bought, status: '503', code: 'UNAVAILABLE' }),
    );
    points.add(point('time_to_answer', '2026-01-01T00:00:00.000000001Z', 10, bought));
    points.add(point('http_req_duration', '2026-01-01T00:00:01Z', 99, { name: 'purchase' }));
    points.add(point('sample_stock', '2026-01-01T00:00:01Z', 7));
    points.add(point('sample_sold', '2026-01-01T00:00:01.001Z', 3));
    points.add(point('sample_unknown', '2026-01-01T00:00:01Z', 3));
    points.add('{"type":"Point","metric":"time_to_ans');
    const { intervals, samples, book, seconds, startedAt } = points.result();
    expect(startedAt.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(seconds).toBe(2.5);
    expect(intervals.map(({ all, failed }) => [all.answers, failed])).toEqual([
      [1, 0],
      [0, 0],
      [1, 1],
    ]);
    expect(samples).toEqual([{ atSeconds: 1, values: { stock: 7, sold: 3 } }]);
    expect(book.totals().outcomes.map(({ status, code }) => [status, code])).toEqual([
      [201, ''],
      [503, 'UNAVAILABLE'],
    ]);
  });
  it('when there is no answer, then it says so', () => {
    expect(() => createK6Points(1_000).result()).toThrow('no answer');
  });
});

describe('readPromises', () => {
  it('when k6 puts its own words around, then ids are found all the same', () => {
    const log = `time="x" level=info msg="promised product ${id}" source=console\npromised purchase ${id}\npromised order ${id}\npromised nothing`;
    expect(readPromises(log)).toEqual({ productIds: [id], purchases: [id], orders: [id], unknown: 1, faults: [] });
  });
  it('when a purchase is answered twice, then that is a fault', () => {
    expect(readPromises(`promised purchase ${id}\npromised purchase ${id}`).faults).toHaveLength(1);
  });
});

describe('findK6', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stockroom-k6-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('when it is on the path and can be run, then it is found, and only then', () => {
    const file = join(folder, 'k6');
    expect(findK6(`/nowhere${delimiter}${folder}`)).toBeUndefined();
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    expect(findK6(`/nowhere${delimiter}${folder}`)).toBe(file);
    expect(findK6(undefined)).toBeUndefined();
  });
});

describe('readLoadFlags', () => {
  const env = { ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: 'secret' };

  it('when nothing is said, then it is the mix, by a service of its own', () => {
    expect(readLoadFlags([], {})).toEqual({ name: 'mixed', wishes: {}, seed: 1, accounts: 50 });
  });
  it('when everything is said, then everything is wished', () => {
    const argv = '--scenario drop --seconds 9 --rate 8 --buyers 7 --units 6 --connections 5 --seed 4 --results x'.split(
      ' ',
    );
    const wishes = { seconds: 9, perSecond: 8, buyers: 7, units: 6, connections: 5 };
    expect(readLoadFlags(argv, {})).toEqual({ name: 'drop', wishes, seed: 4, accounts: 50, results: 'x' });
  });
  it.each([
    [['--scenario', 'nap'], 'no scenario nap'],
    [['--rate', 'fast'], '--rate takes a number'],
    [['--buyers', '1e9'], '--buyers takes a number'],
    [['--base-url', 'here'], '--base-url takes an address'],
    [['--base-url', 'http://shop.example'], 'is not this machine'],
  ])('when it is %j, then it is refused with what would be right', (argv, words) => {
    expect(() => readLoadFlags(argv, env)).toThrow(words);
  });
  it('when a service is named, then somebody must be able to sign in, and strangers must be meant', () => {
    const argv = ['--base-url', 'http://127.0.0.1:3000/x'];
    expect(() => readLoadFlags(argv, {})).toThrow('ADMIN_EMAIL');
    expect(readLoadFlags(argv, env).remote).toEqual({
      origin: 'http://127.0.0.1:3000',
      keeper: { email: 'a@b.example', password: 'secret' },
    });
    const elsewhere = ['--base-url', 'http://shop.example', '--elsewhere'];
    expect(readLoadFlags(elsewhere, env).remote?.origin).toBe('http://shop.example');
  });
});
