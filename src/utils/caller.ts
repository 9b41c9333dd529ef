/** The roles, from the least to the most. */
export const roles = ['user', 'manager', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who is behind a request, as the verified access token says. */
export interface Caller {
  id: string;
  role: Role;
}
