import { randomBytes } from 'node:crypto';
import type { FreshTokens, GeneratorSpec } from './generator-spec.js';
import { journeyChooser, journeys, type Journey } from './journeys.js';

/** A number from 0 up to 1, each time another; mulberry32, a small generator that is even enough to choose by. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Lets visitors in, one journey each, buyer after buyer. */
export const createVisitors = (spec: GeneratorSpec) => {
  const random = createRandom(spec.seed);
  const choose = journeyChooser(spec.journeys);
  const run = randomBytes(6).toString('hex');
  const reports: string[] = [];
  let { buyers, keeper } = spec;
  let visitors = 0;
  let named = 0;
  const unique = (): string => `${run}-${String(named++)}`;
  return {
    /** Null when everybody has been here. */
    next: (): Journey | null => {
      if (spec.pace.kind === 'once' && visitors >= spec.visitors) return null;
      const buyer = buyers[visitors % buyers.length] ?? '';
      const account = spec.accounts[visitors % Math.max(1, spec.accounts.length)] ?? null;
      visitors++;
      return journeys[choose(random())]({ buyer, keeper, products: spec.products, account, random, unique, reports });
    },
    refresh: (tokens: FreshTokens): void => {
      ({ buyers, keeper } = tokens);
    },
  };
};
