import { Gauge, type Registry } from 'prom-client';
import type { DependencyState } from '../schemas/health.js';
import { watchFigure } from './figures.js';

export interface HealthMetricsDependencies {
  registry: Registry;
  isReady: () => boolean;
  /** What each dependency is found in; in bounded time. */
  states: () => Promise<Readonly<Record<string, DependencyState>>>;
}

/** What `/readyz` says, for whoever only looks at figures. */
export const createHealthMetrics = ({ registry, isReady, states }: HealthMetricsDependencies): void => {
  watchFigure(
    registry,
    { name: 'service_ready', help: '1 while the process takes work: it has started and does not stop yet' },
    () => (isReady() ? 1 : 0),
  );
  new Gauge({
    name: 'dependency_up',
    help: '1 for what this process leans on and reaches, else 0; without one that is required it is not ready',
    labelNames: ['dependency', 'required'],
    registers: [registry],
    async collect() {
      const found = await states();
      this.reset();
      for (const [dependency, { state, required }] of Object.entries(found)) {
        this.set({ dependency, required: String(required) }, state === 'up' ? 1 : 0);
      }
    },
  });
};
