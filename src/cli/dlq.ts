import { Registry } from 'prom-client';
import { loadEnv, type Env } from '../config/env.js';
import { connectMongo } from '../config/mongo.js';
import { connectRabbit } from '../config/rabbitmq.js';
import { createDeliveryStore } from '../models/delivery-store.js';
import { createLeaseStore } from '../models/lease.model.js';
import type { EventBus } from '../services/messaging/event-bus.js';
import { createLocalBus } from '../services/messaging/local-bus.js';
import { createMessagingMetrics } from '../services/messaging/messaging-metrics.js';
import { createRabbitBus } from '../services/messaging/rabbit-bus.js';
import { createClosers, type Closers } from '../utils/closers.js';
import { AppError, StartError } from '../utils/errors.js';
import { newId } from '../utils/uuid.js';
import { redactUrls } from '../utils/redact.js';
import { dlqArguments, dlqHelp } from './dlq-arguments.js';
import { runDlq } from './dlq-run.js';
import { serviceDatabaseUri } from './service-database.js';

const name = 'stockroom-dlq';
const exitCodes = { done: 0, nothing: 1, failed: 2 } as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${redactUrls(line)}\n`);
const note = (fields: unknown, message?: string): void => progress(`${message ?? ''} ${JSON.stringify(fields)}`);
const logger = { warn: note, info: note };

/** The service's bus, on which nothing is published or consumed here but dead letters. */
const openBus = async (env: Env, closers: Closers): Promise<EventBus> => {
  const metrics = createMessagingMetrics(new Registry());
  if (env.RABBITMQ_URL !== undefined) {
    const rabbit = await connectRabbit({ url: env.RABBITMQ_URL, name, logger });
    closers.add('RabbitMQ', rabbit.close);
    return createRabbitBus({ rabbit, prefix: env.RABBITMQ_PREFIX, metrics, logger });
  }
  const mongo = await connectMongo({ uri: await serviceDatabaseUri(env, closers, progress), appName: name, logger });
  closers.add('MongoDB', mongo.close);
  const { connection } = mongo;
  const leases = createLeaseStore(connection);
  return createLocalBus({ store: createDeliveryStore(connection), leases, processId: newId(), metrics, logger });
};

const main = async (): Promise<number> => {
  const closers = createClosers((step, error) => progress(`closing ${step} failed: ${String(error)}`));
  try {
    const what = dlqArguments(process.argv.slice(2));
    if (what.action === 'help') {
      print(dlqHelp);
      return exitCodes.done;
    }
    const { deadLetters, close } = await openBus(loadEnv(), closers);
    closers.add('event bus', close);
    const count = await runDlq(what, { deadLetters, print });
    return count > 0 || what.action === 'list' ? exitCodes.done : exitCodes.nothing;
  } catch (error) {
    const known = error instanceof StartError || error instanceof AppError ? error.message : String(error);
    progress(known.replaceAll('\n', ' '));
    return exitCodes.failed;
  } finally {
    await closers.close();
  }
};

process.exitCode = await main();
