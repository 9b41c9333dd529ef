import { randomFrom } from '../../tests/helpers/random.js';

/** Draws that a seed repeats. */
export interface Dice {
  /** In [0, 1). */
  share: () => number;
  /** A whole number, both ends included. */
  whole: (min: number, max: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(from: readonly [T, ...T[]]) => T;
}

export const createDice = (seed: number): Dice => {
  const share = randomFrom(seed);
  const whole = (min: number, max: number): number => min + Math.floor(share() * (max - min + 1));
  return {
    share,
    whole,
    chance: (of) => share() < of,
    pick: (from) => from[whole(0, from.length - 1)] ?? from[0],
  };
};

/** Another seed that hangs on both and on nothing else (a multiply and xor mix of 32 bits). */
export const mixSeed = (seed: number, number: number): number => {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35);
  mixed ^= mixed >>> 15;
  return mixed >>> 0;
};
