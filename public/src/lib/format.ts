import type { Percentile } from './histogram.js';

/** Stands where there is nothing to show. */
export const none = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** A count, with its thousands apart. */
export const count = (value: number): string => whole.format(value);

/** A count where there is little room, as in `12.3K`. */
export const shortCount = (value: number): string => (Math.abs(value) < 10_000 ? count(value) : short.format(value));

/** A change, with its sign. */
export const signed = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${count(Math.abs(value))}`;

/** Something a second. */
export const rate = (value: number): string => (value < 10 ? oneDigit.format(value) : shortCount(value));

/** A share of 0 to 1 as per cent. */
export const share = (value: number | null): string => (value === null ? none : `${oneDigit.format(value * 100)} %`);

/** How many digits a currency has behind the point; what is no currency has two. */
export const currencyDigits = (currency: string): number => {
  try {
    const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    return options.maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
};

/** Money given in minor units. */
export const money = (minor: number, currency: string): string => {
  const major = minor / 10 ** currencyDigits(currency);
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(major);
  } catch {
    return `${String(major)} ${currency}`;
  }
};

/** Money as a form shows it, as in `19.99`. */
export const majorUnits = (minor: number, currency: string): string => {
  const digits = currencyDigits(currency);
  return (minor / 10 ** digits).toFixed(digits);
};

/** Minor units of what was typed; NaN when it is no amount, or has more digits than the currency. */
export const minorUnits = (typed: string, currency: string): number => {
  const digits = currencyDigits(currency);
  const match = /^(\d{1,10})(?:[.,](\d*))?$/.exec(typed.trim());
  const fraction = match?.[2] ?? '';
  if (match === null || fraction.length > digits) return NaN;
  return Number(`${match[1] ?? ''}${fraction.padEnd(digits, '0')}`);
};

const parts = (ms: number, units: readonly (readonly [number, string])[]): string => {
  let left = Math.round(ms / 1_000);
  const shown: string[] = [];
  for (const [seconds, unit] of units) {
    const value = Math.floor(left / seconds);
    left -= value * seconds;
    if (value > 0 && shown.length < 2) shown.push(`${value} ${unit}`);
    else if (shown.length > 0) break;
  }
  return shown.join(' ');
};

/** How long something took: `0.4 ms`, `12 ms`, `3.4 s`, `2 min 5 s`, `3 d 4 h`. */
export const duration = (ms: number): string => {
  if (ms < 9.95) return `${oneDigit.format(ms)} ms`;
  if (ms < 999.5) return `${whole.format(ms)} ms`;
  if (ms < 59_950) return `${oneDigit.format(ms / 1_000)} s`;
  return parts(ms, [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]);
};

export const percentile = (value: Percentile | null): string =>
  value === null ? none : `${value.beyond ? 'over ' : ''}${duration(value.ms)}`;

/** Mebibytes and more. */
export const bytes = (value: number): string => {
  const mebi = value / 1_048_576;
  return mebi < 1_024 ? `${whole.format(mebi)} MiB` : `${oneDigit.format(mebi / 1_024)} GiB`;
};

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const secondsOfDay = 86_400;

/**
 * A place on an axis of time, as short as its span allows.
 * @param seconds since 1970
 * @param span of the axis, in seconds
 */
export const momentTick = (seconds: number, span: number): string =>
  (span < secondsOfDay ? clock : day).format(new Date(seconds * 1_000));

/** A day and a time on the reader's own clock. */
export const dateTime = (iso: string): string => moment.format(new Date(iso));
/** A time of day on the reader's own clock. */
export const timeOfDay = (iso: string): string => clock.format(new Date(iso));

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** A time as an input of the type `datetime-local` wants it, on the reader's own clock; empty for none. */
export const localFromIso = (iso: string | null): string => {
  if (iso === null) return '';
  const at = new Date(iso);
  const day = [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join('-');
  return `${day}T${[at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':')}`;
};

/** What such an input says, in UTC; null for nothing. */
export const isoFromLocal = (local: string): string | null => {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
};

/** What a code of the API says, for people: `INSUFFICIENT_STOCK` becomes `Insufficient stock`. */
export const words = (code: string): string => {
  const text = code.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** `1 unit`, `2 units`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
