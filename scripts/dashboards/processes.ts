import { dashboard, plot, quantile, rate, type Row } from './panels.js';

const chosen = 'service=~"$service", instance=~"$instance"';
const each = 'instance';
const by = '{{instance}}';
const figuresOf = (metric: string, match = ''): string =>
  `max by (instance) (${metric}{${[chosen, match].filter(Boolean).join(', ')}})`;

const state: Row = {
  title: 'State',
  panels: [
    plot({
      title: 'Takes work',
      unit: 'bool_on_off',
      queries: [{ expr: figuresOf('service_ready'), legend: by }],
    }),
    plot({
      title: 'What it leans on',
      unit: 'bool_on_off',
      queries: [{ expr: `min by (dependency) (dependency_up{${chosen}})`, legend: '{{dependency}}' }],
    }),
    plot({
      title: 'Running since',
      unit: 's',
      queries: [{ expr: `time() - ${figuresOf('process_start_time_seconds')}`, legend: by }],
    }),
  ],
};

const work: Row = {
  title: 'Work',
  panels: [
    plot({
      title: 'Requests',
      unit: 'reqps',
      queries: [{ expr: rate('http_request_duration_seconds_count', each, chosen), legend: by }],
    }),
    plot({
      title: 'Time to the answer, 99th percentile',
      unit: 's',
      queries: [quantile(0.99, 'http_request_duration_seconds', each, `${chosen}, route!="/api/v1/events"`)],
    }),
    plot({
      title: 'Requests without an answer yet',
      unit: 'short',
      queries: [{ expr: figuresOf('http_requests_in_flight'), legend: by }],
    }),
    plot({
      title: 'Stock commands that wait',
      unit: 'short',
      queries: [{ expr: figuresOf('stock_queue_length'), legend: by }],
    }),
    plot({
      title: 'Batches',
      unit: 'ops',
      queries: [{ expr: rate('stock_batch_commands_count', each, chosen), legend: by }],
    }),
    plot({
      title: 'Relays the outbox',
      unit: 'bool_on_off',
      queries: [{ expr: figuresOf('relay_leader'), legend: by }],
    }),
  ],
};

const node: Row = {
  title: 'Process and Node',
  panels: [
    plot({
      title: 'CPU, in cores',
      unit: 'short',
      queries: [{ expr: rate('process_cpu_seconds_total', each, chosen), legend: by }],
    }),
    plot({
      title: 'Event loop: 99th percentile of the delay',
      unit: 's',
      queries: [{ expr: figuresOf('nodejs_eventloop_lag_p99_seconds'), legend: by }],
    }),
    plot({
      title: 'Time in garbage collection, a second',
      unit: 'percentunit',
      queries: [{ expr: rate('nodejs_gc_duration_seconds_sum', 'instance, kind', chosen), legend: `${by} {{kind}}` }],
    }),
    plot({
      title: 'Resident memory',
      unit: 'bytes',
      queries: [{ expr: figuresOf('process_resident_memory_bytes'), legend: by }],
    }),
    plot({
      title: 'Heap in use',
      unit: 'bytes',
      queries: [{ expr: figuresOf('nodejs_heap_size_used_bytes'), legend: by }],
    }),
    plot({
      title: 'Copies of the cache',
      unit: 'bytes',
      queries: [{ expr: figuresOf('cache_copies_bytes'), legend: by }],
    }),
    plot({
      title: 'Open file descriptors',
      unit: 'short',
      queries: [{ expr: figuresOf('process_open_fds'), legend: by }],
    }),
    plot({
      title: 'Connections to MongoDB in use',
      unit: 'short',
      queries: [{ expr: figuresOf('mongodb_pool_connections', 'state="in_use"'), legend: by }],
    }),
    plot({
      title: 'Clients of the event stream',
      unit: 'short',
      queries: [{ expr: figuresOf('event_stream_clients'), legend: by }],
    }),
  ],
};

/** Process by process, of the services and instances that are chosen. */
export const processes = dashboard({
  uid: 'stockroom-processes',
  title: 'Stockroom: processes',
  description: 'Service by service and process by process: choose at the top.',
  choices: [
    { label: 'service', metric: 'service_ready' },
    { label: 'instance', metric: 'service_ready' },
  ],
  rows: [state, work, node],
});
