import { parseArgs } from 'node:util';
import type { Line } from './line.js';
import { lastingMinutes, lines } from './lines.js';

export interface Settings {
  lines: readonly Line[];
  rounds: number;
  /** The window that counts, of each run. */
  seconds: number;
  /** For how long line 15 loads. */
  minutes: number;
  /** No round is begun after this long. */
  minutesMax: number;
  /** Whether the results replace the latest ones, the README's table among them, and enter the history. */
  write: boolean;
}

export const usage =
  'npm run bench -- [--quick] [--lines=1,5b,13] [--rounds=5] [--seconds=4] [--minutes=10 (of line 15)] [--minutes-max=120] [--write]';

/** Fewer rounds than this are for a look. */
const roundsOfRecord = 5;
const secondsOfRecord = 4;

/** For a look: two short rounds, and without what takes minutes unless it is asked for by its number. */
const quick = { rounds: '2', seconds: '2', minutes: '1', without: ['14', '15'] };

const numberFlag = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
    throw new Error(`--${name} takes a number from ${min} to ${max}. ${usage}`);
  }
  return value;
};

const linesFlag = (text: string | undefined, isQuick: boolean): readonly Line[] => {
  if (text === undefined) return lines.filter(({ id }) => !isQuick || !quick.without.includes(id));
  const wanted = text.split(',').map((id) => id.trim());
  const unknown = wanted.filter((id) => !lines.some((line) => line.id === id));
  if (unknown.length > 0) {
    throw new Error(
      `There is no line ${unknown.join(', ')}; there are ${lines.map((line) => line.id).join(', ')}. ${usage}`,
    );
  }
  return lines.filter((line) => wanted.includes(line.id));
};

/** Reads the command line. @throws Error with one line that says what is wrong and what would be right */
export const readFlags = (argv: readonly string[]): Settings => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      lines: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      'minutes-max': { type: 'string', default: '120' },
      write: { type: 'boolean', default: false },
    },
  });
  const otherwise = values.quick
    ? quick
    : { rounds: String(roundsOfRecord), seconds: String(secondsOfRecord), minutes: String(lastingMinutes) };
  const settings = {
    lines: linesFlag(values.lines, values.quick),
    rounds: Math.round(numberFlag('rounds', values.rounds ?? otherwise.rounds, 1, 50)),
    seconds: numberFlag('seconds', values.seconds ?? otherwise.seconds, 0.5, 60),
    minutes: numberFlag('minutes', values.minutes ?? otherwise.minutes, 0.1, 600),
    minutesMax: numberFlag('minutes-max', values['minutes-max'], 1, 1200),
  };
  const isOfRecord =
    settings.lines.length === lines.length &&
    settings.rounds >= roundsOfRecord &&
    settings.seconds >= secondsOfRecord &&
    settings.minutes >= lastingMinutes;
  return { ...settings, write: values.write || isOfRecord };
};
