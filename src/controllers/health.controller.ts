import type { Request, Response } from 'express';
import type { DependencyState, Phase } from '../schemas/health.js';
import { within } from '../utils/deadline.js';
import { AppError } from '../utils/errors.js';
import { messages } from '../utils/messages.js';
import { reply } from './reply.js';

export type { Phase } from '../schemas/health.js';

/** Something that the process leans on. Without a `required` one it is not ready. */
export interface HealthCheck {
  name: string;
  required: boolean;
  /** Resolves when the dependency answers, rejects when it does not. */
  check: () => Promise<unknown>;
}

export interface HealthDeps {
  phase: () => Phase;
  checks: readonly HealthCheck[];
  /** How long a check may take before its dependency counts as down. */
  deadlineMs: number;
}

const RETRY_AFTER_SECONDS = 1;

const tooLate = (): Error => new Error('The dependency has not answered in time.');

const stateOf = async ({ check, required }: HealthCheck, deadlineMs: number): Promise<DependencyState> => {
  try {
    await within(deadlineMs, Promise.resolve().then(check), tooLate);
    return { state: 'up', required };
  } catch {
    return { state: 'down', required };
  }
};

const statesOf = async ({ checks, deadlineMs }: HealthDeps): Promise<Record<string, DependencyState>> =>
  Object.fromEntries(
    await Promise.all(checks.map(async (each) => [each.name, await stateOf(each, deadlineMs)] as const)),
  );

/** `/healthz` says that the process lives, `/readyz` whether it should be sent work. */
export const createHealthController = (deps: HealthDeps) => {
  // However many probes come, each dependency is asked once at a time.
  let underWay: Promise<Record<string, DependencyState>> | undefined;
  const look = (): Promise<Record<string, DependencyState>> =>
    (underWay ??= statesOf(deps).finally(() => (underWay = undefined)));

  return {
    states: look,

    live: (_req: Request, res: Response): void => reply(res, 200, messages.ok, { state: 'alive' }),

    /** @throws AppError UNAVAILABLE with the same details as a ready answer has */
    ready: async (_req: Request, res: Response): Promise<void> => {
      const dependencies = await look();
      const state = deps.phase();
      const data = { state, dependencies };
      const missing = Object.values(dependencies).some((each) => each.required && each.state === 'down');
      if (state !== 'ready' || missing) {
        throw new AppError('UNAVAILABLE', { details: data, headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } });
      }
      reply(res, 200, messages.ok, data);
    },
  };
};

export type HealthController = ReturnType<typeof createHealthController>;
