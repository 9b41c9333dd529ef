import type { FieldFault } from './errors.js';

const POISONOUS = new Set(['__proto__', 'constructor', 'prototype']);

/** At most so many faults are named; a body made of nothing else need not be answered in full. */
const FAULTS_MAX = 20;

const isForbidden = (key: string): boolean => POISONOUS.has(key) || key.startsWith('$') || key.includes('.');

/**
 * Keys that no input of this service may have, at any depth: those that change prototypes, and those that MongoDB
 * would read as an operator (`$gt`) or a path (`a.b`). Walks with a list of its own, because 100 kB of `[` nest
 * deeper than the call stack.
 */
export const forbiddenKeys = (input: unknown): FieldFault[] => {
  const faults: FieldFault[] = [];
  if (typeof input !== 'object' || input === null) return faults;
  const open: { value: object; path: string }[] = [{ value: input, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    const inArray = Array.isArray(value);
    for (const [key, child] of Object.entries(value) as [string, unknown][]) {
      if (!inArray && isForbidden(key)) {
        faults.push({ path: path + key, message: 'this key is not allowed' });
        if (faults.length === FAULTS_MAX) return faults;
      } else if (typeof child === 'object' && child !== null) {
        open.push({ value: child, path: `${path}${key}.` });
      }
    }
  }
  return faults;
};
