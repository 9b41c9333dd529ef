/**
 * How many orders a second are accepted, and how long each waits for its end:
 * `npm run load:orders [-- [--split] [seconds [connections [rate]]]]`.
 * Finds a mongod as `npm start` does, unless MONGO_URI names one (with `--split` without a database in it); RABBITMQ_URL makes the events travel by the broker. With `--split` the product
 * service and the order service are two processes, with a database each, which need the broker.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createTokenService } from '../src/services/token.service.js';
import { newId } from '../src/utils/uuid.js';
import { quantile } from './bench/stats.js';
import { usualBrokerUrl } from './broker-url.js';
import { endsOf, type Ends } from './orders/ends.js';
import { histogramQuantile } from './orders/histogram.js';
import { createCaller, dataOf, type Call } from './orders/http.js';
import { place, type Placing } from './orders/place.js';
import { startServices, type Services } from './orders/services.js';

const { values, positionals } = parseArgs({
  options: { split: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [seconds = 10, connections = 100, rate = 0] = positionals.map(Number);
const broker = process.env['RABBITMQ_URL'] ?? (values.split ? usualBrokerUrl : undefined);
const jwtSecret = randomBytes(32).toString('hex');
const tokens = createTokenService({ secret: jwtSecret, accessTtlSeconds: 3_600 });
const tokenOf = (role: 'user' | 'manager'): string => tokens.issue({ id: newId(), role }).accessToken;

const ms = (value: number): string => `${Math.round(value)} ms`;
const spread = (sorted: readonly number[]): string =>
  `median ${ms(quantile(sorted, 0.5))}, p99 ${ms(quantile(sorted, 0.99))}, most ${ms(quantile(sorted, 1))}`;

const lagOf = async (call: Call, url: string, queue: string, token: string): Promise<string> => {
  const { text } = await call(`${url}/metrics`, token);
  const at = (share: number) => ms(1_000 * histogramQuantile(text, 'event_lag_seconds', `queue="${queue}"`, share));
  return `${queue} median ${at(0.5)}, p99 ${at(0.99)}`;
};

interface Audit {
  consistent: boolean;
  sold: number;
}

/** What must be so when all is over. @returns what is not */
const faultsOf = ({ statuses }: Placing, ends: Ends, { consistent, sold }: Audit): string[] => {
  const accepted = statuses[201] ?? 0;
  return [
    ...(consistent ? [] : ['the audit finds the ledger inconsistent']),
    ...(ends.lags.length === accepted ? [] : [`${accepted} orders were accepted, ${ends.lags.length} are stored`]),
    ...(ends.statuses['confirmed'] === accepted ? [] : [`orders ended ${JSON.stringify(ends.statuses)}`]),
    ...(sold === accepted ? [] : [`${sold} units were sold of ${accepted} orders`]),
  ];
};

/** @returns what is wrong with the books, if anything is */
const run = async (call: Call, services: Services): Promise<string[]> => {
  const [products, api] = [`${services.products}/api/v1`, `${services.orders}/api/v1`];
  const manager = tokenOf('manager');
  const wanted = { name: 'Lamp', price: 1_999, stock: 1_000_000_000 };
  const productId = String(dataOf(await call(`${products}/products`, manager, wanted))['id']);
  const customers = Array.from({ length: connections }, () => tokenOf('user'));
  const placing = await place({ call, api, productId, tokens: customers, seconds, rate });
  const ends = await endsOf(call, api, manager);
  const audit = dataOf(await call(`${products}/products/${productId}/audit`, manager)) as unknown as Audit;
  const how = values.split ? 'two services' : 'one process';
  console.log(`${how}, ${connections} connections, ${seconds} s, ${broker === undefined ? 'no broker' : 'RabbitMQ'}`);
  console.log(`orders: ${Math.round(placing.perSecond)}/s; answers by status ${JSON.stringify(placing.statuses)}`);
  console.log(`answer: ${spread(placing.latencies)}`);
  console.log(`created to confirmed: ${spread(ends.lags)}; the last one ${ms(ends.drainMs)} after the load`);
  const lags = [
    await lagOf(call, services.products, 'stock.orders', manager),
    await lagOf(call, services.orders, 'orders.outcomes', manager),
  ];
  console.log(`event lag, from written to handled: ${lags.join('; ')}`);
  const faults = faultsOf(placing, ends, audit);
  console.log(`audit: ${faults.length === 0 ? `clean, ${audit.sold} units of as many orders` : faults.join('; ')}`);
  return faults;
};

const { call, close } = createCaller(connections);
const services = await startServices({ split: values.split, broker, jwtSecret, mongoUri: process.env['MONGO_URI'] });
try {
  process.exitCode = (await run(call, services)).length === 0 ? 0 : 1;
} finally {
  close();
  await services.close();
}
