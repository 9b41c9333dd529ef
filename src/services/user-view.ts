import type { UserRecord } from '../models/user.model.js';
import type { AccountView, UserView } from '../schemas/people.js';

/** Names every field that is shown, so that a new one of the document stays inside until somebody lets it out. */
export const userViewOf = ({ _id, email, name, role, createdAt }: UserRecord): UserView => ({
  id: _id,
  email,
  name,
  role,
  createdAt: createdAt.toISOString(),
});

/** The same for admins. */
export const accountViewOf = (user: UserRecord): AccountView => ({
  ...userViewOf(user),
  disabled: user.disabled,
  updatedAt: user.updatedAt.toISOString(),
});
