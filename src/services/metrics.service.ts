import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { errorStatus } from '../utils/errors.js';
import { createTally, watchFigure } from './figures.js';

/** From a cached read to a purchase that waits for its turn. */
export const requestBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Whatever a client calls its method, the label has few values. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

interface Series {
  observe: (seconds: number) => void;
}

const getOrSet = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/**
 * A histogram by method, route pattern and class of status. The child of each combination is kept: finding it by
 * its labels costs prom-client more than counting does.
 */
export const createHttpMetrics = (registry: Registry) => {
  let inFlight = 0;
  const histogram = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request’s head to the end of its answer, by method, route pattern and class of status',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBucketsSeconds,
    registers: [registry],
  });
  watchFigure(registry, { name: 'http_requests_in_flight', help: 'Requests that have no answer yet' }, () => inFlight);
  const errors = createTally(registry, {
    name: 'http_errors_total',
    help: 'Answers that are errors, by their code; UNAVAILABLE is back-pressure or a database that is away, INTERNAL a fault of the service',
    label: 'code',
    values: Object.keys(errorStatus),
  });
  const series = new Map<string, Map<string, Series[]>>();

  const seriesOf = (method: string, route: string, statusClass: number): Series => {
    const ofRoute = getOrSet(series, route, () => new Map<string, Series[]>());
    const ofMethod = getOrSet(ofRoute, method, () => []);
    return (ofMethod[statusClass] ??= histogram.labels(
      method,
      route,
      statusClass === 0 ? 'aborted' : `${statusClass}xx`,
    ));
  };

  return {
    errorAnswered: errors,
    requestStarted: (): void => {
      inFlight++;
    },
    requestEnded: (method: string, route: string, status: number, seconds: number): void => {
      inFlight--;
      const label = KNOWN_METHODS.has(method) ? method : 'other';
      seriesOf(label, route, Math.floor(status / 100)).observe(seconds);
    },
  };
};

/** What Node says of itself and of its process. */
export const watchProcess = (registry: Registry): void => collectDefaultMetrics({ register: registry });

/**
 * The figures of this process: a registry of its own with Node's default metrics and those of HTTP. Others register
 * theirs on `registry`.
 */
export const createMetrics = () => {
  const registry = new Registry();
  watchProcess(registry);
  return {
    registry,
    http: createHttpMetrics(registry),
    /** Prometheus's text format, and the content type that goes with it. */
    render: (): Promise<string> => registry.metrics(),
    contentType: registry.contentType,
  };
};

export type Metrics = ReturnType<typeof createMetrics>;
