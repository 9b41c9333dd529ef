/** Reads the names of many people at once; `UserStore` has it. */
export interface UserNamesDeps {
  users: { namesOf: (ids: readonly string[]) => Promise<Map<string, string>> };
}

/** What people are called, for answers that show who did something. */
export const createUserNames = ({ users }: UserNamesDeps) => ({
  /** Id to name, in one query; who is unknown is not in the map. */
  of: async (ids: readonly string[]): Promise<Map<string, string>> =>
    ids.length === 0 ? new Map() : users.namesOf([...new Set(ids)]),
});

export type UserNames = ReturnType<typeof createUserNames>;
