import { parseArgs } from 'node:util';
import { lines, type Line } from './lines.js';

export interface Settings {
  lines: readonly Line[];
  rounds: number;
  /** The window that counts, of each run. */
  seconds: number;
  /** Nothing new is begun after this long. */
  minutesMax: number;
}

export const usage = 'npm run bench -- [--lines=1,5b,13] [--rounds=5] [--seconds=4] [--minutes=45]';

const numberFlag = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max) {
    throw new Error(`--${name} takes a number from ${min} to ${max}. ${usage}`);
  }
  return value;
};

const linesFlag = (text: string | undefined): readonly Line[] => {
  if (text === undefined) return lines;
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
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      minutes: { type: 'string', default: '45' },
    },
  });
  return {
    lines: linesFlag(values.lines),
    rounds: Math.round(numberFlag('rounds', values.rounds, 1, 50)),
    seconds: numberFlag('seconds', values.seconds, 0.5, 60),
    minutesMax: numberFlag('minutes', values.minutes, 1, 600),
  };
};
