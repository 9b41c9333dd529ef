const duplicateKey = 11_000;

/** Whether the database refuses a document because another one has its id, or another value that must be unique. */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === duplicateKey;
