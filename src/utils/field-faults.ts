import type { z } from 'zod';
import type { FieldFault } from './errors.js';

type Issue = z.core.$ZodIssue;

const fewest = (alternatives: Issue[][]): Issue[] | undefined =>
  alternatives.reduce<Issue[] | undefined>(
    (best, issues) => (best === undefined || issues.length < best.length ? issues : best),
    undefined,
  );

const faultsOf = (issue: Issue, prefix: readonly PropertyKey[]): FieldFault[] => {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
  }
  // Of several shapes that a body may have, the caller meant the one that it is closest to.
  const closest = issue.code === 'invalid_union' ? fewest(issue.errors) : undefined;
  if (closest !== undefined && closest.length > 0) return closest.flatMap((inner) => faultsOf(inner, path));
  return [{ path: path.join('.'), message: issue.message }];
};

/** What zod found, as the contract shows it: one entry per fault, unknown fields one by one. */
export const fieldFaults = (error: z.core.$ZodError, prefix: readonly string[] = []): FieldFault[] =>
  error.issues.flatMap((issue) => faultsOf(issue, prefix));
