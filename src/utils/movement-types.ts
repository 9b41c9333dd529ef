/** The kinds of line that the ledger knows. */
export const movementTypes = ['initial', 'adjustment', 'count', 'sale', 'reserve', 'release', 'cancel'] as const;
export type MovementType = (typeof movementTypes)[number];
