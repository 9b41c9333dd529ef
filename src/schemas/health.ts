import { z } from 'zod';

/** Where a process stands. */
export const phases = ['starting', 'ready', 'stopping'] as const;
export type Phase = (typeof phases)[number];

/** What a process leans on. Without a `required` one it is not ready. */
export const dependencyState = z.strictObject({ state: z.enum(['up', 'down']), required: z.boolean() });
export type DependencyState = z.infer<typeof dependencyState>;

/** GET /readyz */
export const readiness = z
  .strictObject({ state: z.enum(phases), dependencies: z.record(z.string(), dependencyState) })
  .meta({ id: 'Readiness' });

/** GET /healthz */
export const liveness = z.strictObject({ state: z.literal('alive') }).meta({ id: 'Liveness' });
