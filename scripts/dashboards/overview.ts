import { dashboard, figure, plot, quantile, quantiles, rate, type Row } from './panels.js';

const purchase = 'method="POST", route="/api/v1/products/:id/purchase"';
const requests = 'http_request_duration_seconds_count';

const glance: Row = {
  title: 'At a glance',
  panels: [
    figure({ title: 'Processes up', unit: 'short', queries: [{ expr: 'sum(up{job="stockroom"})', legend: 'up' }] }),
    figure({ title: 'Requests', unit: 'reqps', queries: [{ expr: rate(requests), legend: 'all' }] }),
    figure({
      title: 'Purchases',
      unit: 'ops',
      queries: [{ expr: rate('purchases_total', '', 'outcome="done"'), legend: 'done' }],
    }),
    figure({
      title: 'Answers of 500 and 503',
      unit: 'percentunit',
      queries: [
        {
          expr: `${rate('http_errors_total', '', 'code=~"INTERNAL|UNAVAILABLE"')} / ${rate(requests)}`,
          legend: 'share',
        },
      ],
    }),
    figure({
      title: 'Longest wait for a batch',
      unit: 's',
      queries: [{ expr: 'max(stock_queue_age_seconds)', legend: 'age' }],
    }),
    figure({
      title: 'Dead letters',
      unit: 'short',
      queries: [{ expr: 'sum(max by (service) (dead_letters))', legend: '' }],
    }),
  ],
};

const http: Row = {
  title: 'HTTP',
  panels: [
    plot({
      title: 'Requests by route, the ten busiest',
      unit: 'reqps',
      queries: [{ expr: `topk(10, ${rate(requests, 'method, route')})`, legend: '{{method}} {{route}}' }],
    }),
    plot({
      title: 'Requests by class of status',
      unit: 'reqps',
      queries: [{ expr: rate(requests, 'status'), legend: '{{status}}' }],
    }),
    plot({
      title: 'Errors by code',
      unit: 'ops',
      description:
        'INSUFFICIENT_STOCK is business; UNAVAILABLE is back-pressure or an outage; INTERNAL is a fault of the service.',
      queries: [{ expr: `${rate('http_errors_total', 'code')} > 0`, legend: '{{code}}' }],
    }),
    plot({
      title: 'Purchases: time to the answer',
      unit: 's',
      queries: quantiles('http_request_duration_seconds', purchase),
    }),
    plot({
      title: 'Reads: time to the answer',
      unit: 's',
      queries: quantiles('http_request_duration_seconds', 'method="GET", route!="/api/v1/events"'),
    }),
    plot({
      title: 'Slowest routes, 99th percentile',
      unit: 's',
      queries: [
        {
          expr: `topk(10, ${quantile(0.99, 'http_request_duration_seconds', 'route', 'route!="/api/v1/events"').expr})`,
          legend: '{{route}}',
        },
      ],
    }),
  ],
};

const stock: Row = {
  title: 'Stock engine and ledger',
  panels: [
    plot({
      title: 'Purchases by outcome',
      unit: 'ops',
      queries: [{ expr: rate('purchases_total', 'outcome'), legend: '{{outcome}}' }],
    }),
    plot({
      title: 'Commands in a batch',
      unit: 'short',
      description:
        'What waits while a transaction is on its way is the next one. At 500 batches are full and the queue grows.',
      queries: quantiles('stock_batch_commands'),
    }),
    plot({ title: 'Commit, from sending to the reply', unit: 's', queries: quantiles('stock_commit_seconds') }),
    plot({
      title: 'Commands that wait',
      unit: 'short',
      queries: [{ expr: 'max by (instance) (stock_queue_length)', legend: '{{instance}}' }],
    }),
    plot({
      title: 'Longest wait for a batch',
      unit: 's',
      description: 'Past 3 s who waits is turned away with 503.',
      queries: [{ expr: 'max by (instance) (stock_queue_age_seconds)', legend: '{{instance}}' }],
    }),
    plot({
      title: 'Batches tried again',
      unit: 'ops',
      queries: [
        { expr: rate('stock_retries_total', 'reason'), legend: '{{reason}}' },
        { expr: rate('stock_orphans_ended_total'), legend: 'orphans ended' },
      ],
    }),
    plot({
      title: 'Lines of the ledger by type',
      unit: 'ops',
      queries: [{ expr: rate('ledger_lines_total', 'type'), legend: '{{type}}' }],
    }),
    plot({
      title: 'Units',
      unit: 'ops',
      queries: [{ expr: rate('units_sold_total', 'way'), legend: '{{way}}' }],
    }),
    plot({
      title: 'Reservations',
      unit: 'short',
      queries: [
        { expr: 'max(reservations_live)', legend: 'held' },
        { expr: rate('reservations_ended_total', 'how'), legend: '{{how}} a second' },
      ],
    }),
  ],
};

const cache: Row = {
  title: 'Cache and change feed',
  panels: [
    plot({
      title: 'Reads by the layer that had the answer',
      unit: 'ops',
      queries: [{ expr: rate('cache_reads_total', 'layer'), legend: '{{layer}}' }],
    }),
    plot({
      title: 'Keys ended after a write',
      unit: 'ops',
      queries: [
        { expr: rate('cache_invalidated_keys_total', 'outcome'), legend: '{{outcome}}' },
        { expr: rate('cache_leases_lost_total'), legend: 'leases lost' },
        { expr: rate('cache_healed_total'), legend: 'healed' },
      ],
    }),
    plot({
      title: 'Redis as the cache sees it',
      unit: 'short',
      queries: [
        { expr: 'sum by (state) (cache_breaker_state)', legend: 'processes: {{state}}' },
        { expr: 'sum(cache_dirty_keys)', legend: 'keys not ended yet' },
        { expr: rate('cache_store_failures_total'), legend: 'failures a second' },
      ],
    }),
    plot({
      title: 'Change feed',
      unit: 'ops',
      queries: [
        { expr: rate('product_feed_events_total', 'instance'), legend: '{{instance}}' },
        { expr: rate('product_feed_reopened_total', 'reason'), legend: 'reopened: {{reason}}' },
      ],
    }),
    plot({
      title: 'Clients of the event stream',
      unit: 'short',
      queries: [
        { expr: 'sum(event_stream_clients)', legend: 'listening' },
        { expr: rate('event_stream_dropped_total'), legend: 'dropped a second' },
      ],
    }),
  ],
};

const events: Row = {
  title: 'Orders, outbox and events',
  panels: [
    plot({
      title: 'Outbox: documents not published yet',
      unit: 'short',
      queries: [{ expr: 'max by (service) (outbox_backlog)', legend: '{{service}}' }],
    }),
    plot({
      title: 'Outbox: how old its eldest is',
      unit: 's',
      queries: [{ expr: 'max by (service) (outbox_oldest_seconds)', legend: '{{service}}' }],
    }),
    plot({ title: 'From the outbox to the confirm', unit: 's', queries: quantiles('outbox_lag_seconds') }),
    plot({
      title: 'Events published',
      unit: 'ops',
      queries: [{ expr: `${rate('events_published_total', 'type, outcome')} > 0`, legend: '{{type}} {{outcome}}' }],
    }),
    plot({
      title: 'Events worked off',
      unit: 'ops',
      queries: [{ expr: rate('events_handled_total', 'queue, outcome'), legend: '{{queue}} {{outcome}}' }],
    }),
    plot({
      title: 'From the event to its effect, 99th percentile',
      unit: 's',
      queries: [quantile(0.99, 'event_lag_seconds', 'queue')],
    }),
    plot({
      title: 'Events that wait, and dead letters',
      unit: 'short',
      queries: [
        { expr: 'max by (queue) (event_queue_messages)', legend: '{{queue}}' },
        { expr: 'max by (service) (dead_letters)', legend: 'dead letters, {{service}}' },
      ],
    }),
    plot({
      title: 'Orders: calls of the product service',
      unit: 's',
      queries: [quantile(0.99, 'product_check_seconds', 'outcome')],
    }),
    plot({
      title: 'Orders that wait, calls tried again, circuit',
      unit: 'short',
      queries: [
        { expr: 'sum(order_queue_length)', legend: 'waiting to be written' },
        { expr: rate('product_check_retries_total'), legend: 'tried again a second' },
        { expr: 'max(product_check_circuit_open)', legend: 'circuit open' },
      ],
    }),
  ],
};

const jobs: Row = {
  title: 'Jobs',
  panels: [
    plot({
      title: 'Jobs by status',
      unit: 'short',
      queries: [{ expr: 'max by (queue, status) (jobs)', legend: '{{queue}} {{status}}' }],
    }),
    plot({
      title: 'Tries by outcome',
      unit: 'ops',
      queries: [
        { expr: rate('jobs_tried_total', 'queue, outcome'), legend: '{{queue}} {{outcome}}' },
        { expr: rate('outbox_jobs_total', 'outcome'), legend: 'handed over: {{outcome}}' },
      ],
    }),
    plot({ title: 'A try, 95th percentile', unit: 's', queries: [quantile(0.95, 'job_duration_seconds', 'queue')] }),
  ],
};

const mongo: Row = {
  title: 'MongoDB',
  panels: [
    plot({
      title: 'Commands',
      unit: 'ops',
      queries: [{ expr: `topk(12, ${rate('mongodb_commands_total', 'command')})`, legend: '{{command}}' }],
    }),
    plot({
      title: 'Commands, 99th percentile',
      unit: 's',
      queries: [quantile(0.99, 'mongodb_command_seconds', 'command')],
    }),
    plot({
      title: 'Commands that failed',
      unit: 'ops',
      queries: [
        { expr: `${rate('mongodb_commands_total', 'command', 'outcome="failed"')} > 0`, legend: '{{command}}' },
      ],
    }),
    plot({
      title: 'Connections',
      unit: 'short',
      queries: [
        { expr: 'sum by (state) (mongodb_pool_connections)', legend: '{{state}}' },
        { expr: 'sum(mongodb_pool_waiting)', legend: 'operations that wait' },
      ],
    }),
    plot({ title: 'Wait for a connection', unit: 's', queries: quantiles('mongodb_pool_wait_seconds') }),
    plot({
      title: 'Lists and reports that may go to a secondary',
      unit: 'ops',
      description: 'With MONGO_READ_URI alone.',
      queries: [{ expr: rate('mongodb_split_reads_total', 'outcome'), legend: '{{outcome}}' }],
    }),
    plot({
      title: 'Connections not got, servers given up',
      unit: 'ops',
      queries: [
        { expr: rate('mongodb_pool_failures_total', 'reason'), legend: '{{reason}}' },
        { expr: rate('mongodb_pool_cleared_total'), legend: 'given up' },
      ],
    }),
  ],
};

const people: Row = {
  title: 'Limits, sessions and audits',
  panels: [
    plot({
      title: 'Requests refused by a limit',
      unit: 'ops',
      queries: [{ expr: rate('rate_limited_total', 'policy'), legend: '{{policy}}' }],
    }),
    plot({
      title: 'Limits and Redis',
      unit: 'ops',
      queries: [
        { expr: rate('rate_limit_settlements_total', 'outcome'), legend: 'asked: {{outcome}}' },
        { expr: rate('rate_limit_insured_total'), legend: 'decided without it' },
      ],
    }),
    plot({
      title: 'Sessions, waits for news of accounts, audits',
      unit: 'ops',
      queries: [
        { expr: rate('sessions_total', 'change'), legend: '{{change}}' },
        { expr: rate('account_waits_total', 'outcome'), legend: 'waits: {{outcome}}' },
        { expr: rate('ledger_audits_total', 'outcome'), legend: 'audits: {{outcome}}' },
      ],
    }),
  ],
};

const processes: Row = {
  title: 'Processes',
  panels: [
    plot({
      title: 'Event loop: 99th percentile of the delay',
      unit: 's',
      queries: [{ expr: 'max by (instance) (nodejs_eventloop_lag_p99_seconds)', legend: '{{instance}}' }],
    }),
    plot({
      title: 'CPU, in cores',
      unit: 'short',
      queries: [{ expr: rate('process_cpu_seconds_total', 'instance', 'job="stockroom"'), legend: '{{instance}}' }],
    }),
    plot({
      title: 'Memory',
      unit: 'bytes',
      queries: [{ expr: 'max by (instance) (process_resident_memory_bytes{job="stockroom"})', legend: '{{instance}}' }],
    }),
  ],
};

/** Everything that the service does, over all its processes. */
export const overview = dashboard({
  uid: 'stockroom-overview',
  title: 'Stockroom: overview',
  description: 'All processes together. Every figure is explained in docs/metrics.md, every alert in docs/runbooks.',
  rows: [glance, http, stock, cache, events, jobs, mongo, people, processes],
});
