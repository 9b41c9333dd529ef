/** What of a product people can edit. */
export interface Editable {
  name: string;
  sku: string;
  description: string;
  price: number;
  currency: string;
  lowStockThreshold: number | null;
  perCustomerLimit: number | null;
  saleStartsAt: string | null;
  saleEndsAt: string | null;
  tags: readonly string[];
}

export type EditedField = keyof Editable;

export const editedFields = [
  'name',
  'sku',
  'description',
  'price',
  'currency',
  'lowStockThreshold',
  'perCustomerLimit',
  'saleStartsAt',
  'saleEndsAt',
  'tags',
] as const satisfies readonly EditedField[];

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields in which two versions differ. */
export const differences = (a: Editable, b: Editable): EditedField[] =>
  editedFields.filter((field) => !same(a[field], b[field]));

/** The merge patch that makes `typed` of `base`: what was not touched is left out, so that it can't undo what others did. */
export const patchOf = (base: Editable, typed: Editable): Partial<Editable> =>
  Object.fromEntries(differences(base, typed).map((field) => [field, typed[field]]));

export interface Conflict {
  field: EditedField;
  /** What the newer version says. */
  theirs: unknown;
  /** What was typed here. */
  mine: unknown;
}

/** Where both have changed the same field, and to something else. */
export const conflictsOf = (base: Editable, theirs: Editable, mine: Editable): Conflict[] => {
  const changedHere = new Set(differences(base, mine));
  return differences(theirs, mine)
    .filter((field) => changedHere.has(field) && !same(base[field], theirs[field]))
    .map((field) => ({ field, theirs: theirs[field], mine: mine[field] }));
};

/** Both edits together: the newer version, with what was typed here over it. */
export const merged = (base: Editable, theirs: Editable, mine: Editable): Editable => ({
  ...theirs,
  ...patchOf(base, mine),
});
