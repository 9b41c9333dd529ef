import type { AdminActionDocument, AdminActionStore } from '../models/admin-action.model.js';
import type { AdminActionView, AuditLogQuery } from '../schemas/admin-action.js';
import type { Caller } from '../utils/caller.js';
import { newId } from '../utils/uuid.js';

/** Who does something as an admin, under which request. */
export interface AdminContext {
  actor: Caller;
  requestId: string;
}

/** What was done, to what, and what that changed. */
export type AdminDeed = Pick<AdminActionDocument, 'action' | 'target' | 'before' | 'after'>;

/** The line of the audit log for a deed, at this moment. */
export const adminActionOf = ({ actor, requestId }: AdminContext, deed: AdminDeed): AdminActionDocument => ({
  _id: newId(),
  actorId: actor.id,
  ...deed,
  requestId,
  createdAt: new Date(),
});

const viewOf = ({ _id, createdAt, ...rest }: AdminActionDocument): AdminActionView => ({
  id: _id,
  actorId: rest.actorId,
  action: rest.action,
  target: rest.target,
  before: rest.before === null ? null : { ...rest.before },
  after: rest.after === null ? null : { ...rest.after },
  requestId: rest.requestId,
  createdAt: createdAt.toISOString(),
});

/** The audit log of what admins have done. */
export const createAdminLog = ({ actions }: { actions: Pick<AdminActionStore, 'list' | 'add'> }) => ({
  /** Notes what has no transaction of its own, right after it was done. */
  note: (context: AdminContext, deed: AdminDeed): Promise<void> => actions.add(adminActionOf(context, deed)),

  /** Newest first, below `beforeId`. */
  list: async (
    { actorId, action }: Pick<AuditLogQuery, 'actorId' | 'action'>,
    page: { beforeId: string | undefined; limit: number },
  ): Promise<AdminActionView[]> => (await actions.list({ actorId, action, ...page })).map(viewOf),
});

export type AdminLog = ReturnType<typeof createAdminLog>;
