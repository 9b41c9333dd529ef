import * as format from '../../../public/src/lib/format.js';
import { hashOf, parseRoute } from '../../../public/src/lib/route.js';

describe('format', () => {
  it.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [12.6, '13 ms'],
    [999.4, '999 ms'],
    [3_440, '3.4 s'],
    [59_949, '59.9 s'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [273_600_000, '3 d 4 h'],
  ])('when something took %d ms, then it reads %s', (ms, text) => {
    expect(format.duration(ms)).toBe(text);
  });

  it('when a percentile is beyond what is measured, then it says so', () => {
    expect(format.percentile({ ms: 5_000, beyond: true })).toBe('over 5 s');
    expect(format.percentile(null)).toBe(format.none);
  });

  it('when money is shown, then with the digits of its currency', () => {
    expect(format.money(1_999, 'USD')).toBe('$19.99');
    expect(format.money(1_999, 'JPY')).toBe('¥1,999');
    expect(format.majorUnits(1_999, 'USD')).toBe('19.99');
    expect(format.majorUnits(1_999, 'JPY')).toBe('1999');
  });

  it.each([
    ['19.99', 'USD', 1_999],
    ['19,9', 'USD', 1_990],
    ['19', 'USD', 1_900],
    [' 19. ', 'USD', 1_900],
    ['19', 'JPY', 19],
    ['0.07', 'USD', 7],
  ])('when %s %s is typed, then it is %d minor units', (typed, currency, minor) => {
    expect(format.minorUnits(typed, currency)).toBe(minor);
  });

  it.each(['', 'abc', '-1', '1.999', '1e3', '0x10'])('when %j is typed, then it is no amount', (typed) => {
    expect(format.minorUnits(typed, 'USD')).toBeNaN();
  });

  it('when a currency is none, then nothing breaks', () => {
    expect(format.money(100, 'what?')).toBe('1 what?');
  });

  it('when a time goes through a form, then it comes back', () => {
    const iso = '2026-03-01T12:34:56.000Z';
    expect(format.isoFromLocal(format.localFromIso(iso))).toBe(iso);
    expect(format.localFromIso(null)).toBe('');
    expect(format.isoFromLocal('')).toBeNull();
    expect(format.isoFromLocal('nonsense')).toBeNull();
  });

  it('when a code is shown, then in words', () => {
    expect(format.words('INSUFFICIENT_STOCK')).toBe('Insufficient stock');
    expect(format.signed(-3)).toBe('−3');
    expect(format.signed(3)).toBe('+3');
    expect(format.plural(1, 'unit')).toBe('1 unit');
    expect(format.plural(2, 'unit')).toBe('2 units');
    expect(format.share(0.905)).toBe('90.5 %');
    expect(format.bytes(160 * 1_048_576)).toBe('160 MiB');
  });
});

describe('route', () => {
  it.each([
    ['', 'overview', null],
    ['#/', 'overview', null],
    ['#/products', 'products', null],
    ['#/products/', 'products', null],
    ['#/products/01a1', 'products', '01a1'],
    ['#/orders?status=pending', 'orders', null],
  ])('when the address is %j, then the view is %s', (hash, view, id) => {
    expect(parseRoute(hash)).toMatchObject({ view, id });
  });

  it.each(['#/nothing', '#/orders/1', '#/products/1/2', '#/products/%E0%A4%A', '#/__proto__'])(
    'when the address is %j, then it names nothing',
    (hash) => {
      expect(parseRoute(hash)).toBeNull();
    },
  );

  it('when an address is made, then it is read back', () => {
    const hash = hashOf('products', null, { q: 'a&b=c #d', sort: '' });
    expect([...(parseRoute(hash)?.query ?? [])]).toEqual([['q', 'a&b=c #d']]);
    expect(parseRoute(hashOf('products', 'x/y?z'))?.id).toBe('x/y?z');
    expect(hashOf('overview')).toBe('#/');
  });
});
