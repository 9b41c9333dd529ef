import { Counter, type Registry } from 'prom-client';
import { watchFigure } from './figures.js';

/** The event stream's figures, on the registry of the process. */
export const createStreamMetrics = (registry: Registry) => {
  const dropped = new Counter({
    name: 'event_stream_dropped_total',
    help: 'Clients of the event stream that were dropped because they read too slowly',
    registers: [registry],
  });
  return {
    dropped: (): void => dropped.inc(),
    /** Shows how many listen whenever somebody looks. */
    watch: (size: () => number): void =>
      watchFigure(registry, { name: 'event_stream_clients', help: 'Clients that listen to the event stream' }, size),
  };
};
