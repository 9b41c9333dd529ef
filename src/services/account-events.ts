import { sessionVersionOf, type UserRecord } from '../models/user.model.js';
import type { EventOf } from '../schemas/events.js';
import { newId } from '../utils/uuid.js';

/** Tells of an account as it is after a change of role, life or password. */
export const userChanged = (user: UserRecord): EventOf<'user.changed'> => ({
  id: newId(),
  type: 'user.changed',
  version: 1,
  occurredAt: new Date().toISOString(),
  data: { userId: user._id, role: user.role, disabled: user.disabled, sessionVersion: sessionVersionOf(user) },
});

/** Tells of the end of a session. */
export const sessionEnded = (sessionId: string, userId: string): EventOf<'session.ended'> => ({
  id: newId(),
  type: 'session.ended',
  version: 1,
  occurredAt: new Date().toISOString(),
  data: { sessionId, userId },
});
