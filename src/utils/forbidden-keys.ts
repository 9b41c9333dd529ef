import type { FieldFault } from './errors.js';

const POISONOUS = new Set(['__proto__', 'constructor', 'prototype']);

/** At most so many faults are named; a body made of nothing else need not be answered in full. */
const FAULTS_MAX = 20;

const isForbidden = (key: string): boolean => POISONOUS.has(key) || key.startsWith('$') || key.includes('.');

/** An object that is still to be looked into, and where it stands; paths are put together for the few that have a fault. */
interface Open {
  value: object;
  key: string | number;
  parent: Open | undefined;
}

/** No body of this service nests deeper; of a longer path its end is named, as a path for each fault could outgrow the body. */
const NAMED_DEPTH_MAX = 16;

const pathOf = (place: Open, key: string): string => {
  let path = key;
  let depth = 0;
  for (let at = place; at.parent !== undefined; at = at.parent) {
    if (depth++ === NAMED_DEPTH_MAX) return `….${path}`;
    path = `${at.key}.${path}`;
  }
  return path;
};

const enter = (open: Open[], value: unknown, key: string | number, parent: Open): void => {
  if (typeof value === 'object' && value !== null) open.push({ value, key, parent });
};

/**
 * Keys that no input of this service may have, at any depth: those that change prototypes, and those that MongoDB
 * would read as an operator (`$gt`) or a path (`a.b`). Walks with a list of its own, because 100 kB of `[` nest
 * deeper than the call stack.
 */
export const forbiddenKeys = (input: unknown): FieldFault[] => {
  const faults: FieldFault[] = [];
  if (typeof input !== 'object' || input === null) return faults;
  const open: Open[] = [{ value: input, key: '', parent: undefined }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value } = next;
    if (Array.isArray(value)) {
      // Not by its entries: a pair for each element of a long list costs ten times as much as looking at it.
      for (let index = 0; index < value.length; index++) enter(open, value[index], index, next);
      continue;
    }
    for (const key of Object.keys(value)) {
      if (isForbidden(key)) {
        faults.push({ path: pathOf(next, key), message: 'this key is not allowed' });
        if (faults.length === FAULTS_MAX) return faults;
      } else {
        enter(open, (value as Record<string, unknown>)[key], key, next);
      }
    }
  }
  return faults;
};
