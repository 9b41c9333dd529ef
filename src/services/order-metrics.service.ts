import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { watchFigure } from './figures.js';
import type { ProductClientDependencies } from './orders/product-client.js';

export interface OrderMetrics {
  product: ProductClientDependencies['metrics'];
  /** Shows how many orders wait to be written, whenever somebody looks. */
  watchQueue: (waiting: () => number) => void;
}

/** The order service's figures, on the registry of the process. */
export const createOrderMetrics = (registry: Registry): OrderMetrics => {
  const registers = [registry];
  const calls = new Histogram({
    name: 'product_check_seconds',
    help: 'Calls of the product service by outcome: found, missing, refused, failed, or not tried as it is known to be down',
    labelNames: ['outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers,
  });
  const retries = new Counter({
    name: 'product_check_retries_total',
    help: 'Calls of the product service that were tried again',
    registers,
  });
  const open = new Gauge({
    name: 'product_check_circuit_open',
    help: '1 while the product service is left alone as it does not answer',
    registers,
  });
  return {
    product: {
      call: (outcome, seconds) => calls.observe({ outcome }, seconds),
      retried: () => retries.inc(),
      circuitOpen: (isOpen) => open.set(isOpen ? 1 : 0),
    },
    watchQueue: (waiting) =>
      watchFigure(registry, { name: 'order_queue_length', help: 'Orders that wait to be written' }, waiting),
  };
};
