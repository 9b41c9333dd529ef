import type { Response } from 'express';
import type { AdminContext } from '../services/admin-log.service.js';
import { callerOf, requestIdOf } from '../utils/http-locals.js';

/** Who is behind the request and under which id it runs, for the audit log. */
export const adminContextOf = (res: Response): AdminContext => ({ actor: callerOf(res), requestId: requestIdOf(res) });
