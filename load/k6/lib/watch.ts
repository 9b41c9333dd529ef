import http from 'k6/http';
import { sleep } from 'k6';
import { Gauge } from 'k6/metrics';
import { metricSum } from '../../scenarios/metrics-page.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { ask } from './call.ts';
import { settings } from './settings.ts';
import type { Shop } from './shop.ts';

interface Listed {
  stock: number;
  reserved: number;
  sold: number;
}

/** Named as the report names them, see `quantities`; metrics must be made when the script is loaded. */
const stock = new Gauge('sample_stock');
const reserved = new Gauge('sample_reserved');
const sold = new Gauge('sample_sold');
const resident = new Gauge('sample_rssMiB');
const heap = new Gauge('sample_heapMiB');
const descriptors = new Gauge('sample_descriptors');
const stockQueue = new Gauge('sample_stockQueue');
const outbox = new Gauge('sample_outbox');

const mebi = 1_048_576;

const addIfKnown = (gauge: Gauge, value: number | undefined): void => {
  if (value !== undefined) gauge.add(value);
};

/** Looks at stock and memory. */
export const look = ({ tag }: Shop): void => {
  const rows = ask('GET', `/products?tag=${tag}&limit=100`) as Listed[];
  const total = (of: keyof Listed): number => rows.reduce((sum, row) => sum + row[of], 0);
  stock.add(total('stock'));
  reserved.add(total('reserved'));
  sold.add(total('sold'));
  const { status, body } = http.get(`${settings.origin}/metrics`, { tags: { name: 'metrics' }, responseType: 'text' });
  if (status !== 200) return;
  const bytes = (name: string): number | undefined => {
    const sum = metricSum(body, name);
    return sum === undefined ? undefined : sum / mebi;
  };
  addIfKnown(resident, bytes('process_resident_memory_bytes'));
  addIfKnown(heap, bytes('nodejs_heap_size_used_bytes'));
  addIfKnown(descriptors, metricSum(body, 'process_open_fds'));
  addIfKnown(stockQueue, metricSum(body, 'stock_queue_length'));
  addIfKnown(outbox, metricSum(body, 'outbox_backlog'));
};

/** Looks at even distances. */
export const createWatch =
  ({ sampleMs }: Scenario): ((shop: Shop) => void) =>
  (shop) => {
    look(shop);
    sleep(sampleMs / 1000);
  };
