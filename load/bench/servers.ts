import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { newId } from '../../src/utils/uuid.js';
import type { Participant } from './participant.js';
import { catalogueSizes, catalogueStock, tenThousand } from './read-scenarios.js';
import { recordAnswer } from './recorded-answer.js';
import { createConstant, createRival } from './rival.js';
import type { ServerKind } from './scenario.js';
import { seedCatalogue } from './seed-catalogue.js';
import { createServiceGroup } from './service-group.js';
import { createStarter, type ServersDeps, type Starter } from './starter.js';

const customersMax = 5000;

const startSeckill = async (deps: ServersDeps, starter: Starter, customerIds: readonly string[]) => {
  const stock = createClient({ url: deps.redis.url });
  stock.on('error', (error: unknown) => console.error('Redis of the bench:', error));
  await stock.connect();
  deps.cleanup.add(() => stock.close());
  const { port, process: server } = await starter.script('seckill', 'load/rivals/seckill.ts', {
    MONGO_URI: deps.mongod.uri('seckill'),
    REDIS_URL: deps.redis.url,
    RABBITMQ_URL: deps.rabbitUrl,
    SECKILL_QUEUE: `bench.seckill.${newId()}`,
  });
  const keyOf = (id: string): string => `stock:{${id}}`;
  return createRival({
    ports: [port],
    pids: [server.pid],
    database: deps.mongod.client.db('seckill'),
    customerIds,
    setStock: async (ids, units) => {
      await Promise.all(ids.map((id) => stock.set(keyOf(id), units)));
    },
    getStock: (ids) => Promise.all(ids.map(async (id) => Number(await stock.get(keyOf(id))))),
  });
};

/** Starts each server when it is first asked for, and keeps it for the rest of the run. */
export const createServers = (deps: ServersDeps): ((kind: ServerKind) => Promise<Participant>) => {
  const customerIds = Array.from({ length: customersMax }, () => newId());
  const starter = createStarter(deps);
  const service = createServiceGroup(deps, starter, customerIds);

  const shop = async (kind: ServerKind): Promise<Participant> => {
    const env = { MONGO_URI: deps.mongod.uri(kind), REDIS_URL: deps.redis.url };
    const { port, process: server } = await starter.script(kind, `load/rivals/${kind}.ts`, env);
    return createRival({ ports: [port], pids: [server.pid], database: deps.mongod.client.db(kind), customerIds });
  };
  const constant = async (kind: ServerKind): Promise<Participant> => {
    const { port, process: server } = await starter.script(kind, `load/rivals/${kind}.ts`, {});
    return createConstant([port], [server.pid], customerIds);
  };
  const recorded = async (): Promise<Participant> => {
    const ours = await get('ours');
    const [id = ''] = await ours.offer({ products: 1, stock: 1_000_000 });
    const answer = await recordAnswer(ours.ports[0] ?? 0, `/api/v1/products/${id}`);
    const file = join(deps.directory, 'answer.json');
    writeFileSync(file, JSON.stringify(answer));
    const env = { ANSWER_FILE: file };
    const { port, process: server } = await starter.script('node-http-product', 'load/rivals/node-http.ts', env);
    return createConstant([port], [server.pid], customerIds);
  };
  const catalogue = async (kind: ServerKind, products = catalogueSizes.get(kind) ?? 0): Promise<Participant> => {
    const database = kind.replace('-', '_');
    const startedAt = Date.now();
    const { ids, pages } = await seedCatalogue(deps.mongod.uri(database), products, catalogueStock);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(`Seeded a catalogue of ${products.toLocaleString('en-US')} products in ${String(seconds)} s`);
    return { ...(await service(database, 1)), offer: () => Promise.resolve(ids), pages };
  };
  const balanced = async (): Promise<Participant> => {
    const two = await get('ours-two');
    const balancer = await starter.script('balancer', 'load/balancer.ts', { TARGETS: two.ports.join(',') });
    return { ...two, ports: [balancer.port] };
  };
  const makers: Record<ServerKind, () => Promise<Participant>> = {
    ours: () => service('ours', 1),
    'ours-two': () => service('ours_two', 2),
    'ours-balanced': balanced,
    'ours-jobs': () => service('ours_jobs', 1),
    'ours-no-jobs': () => service('ours_no_jobs', 1, { RUN_JOBS: '0' }),
    'ours-lasting': () => service('ours_lasting', 1),
    'ours-10k': () => catalogue('ours-10k', tenThousand.products),
    'ours-1k': () => catalogue('ours-1k'),
    'ours-100k': () => catalogue('ours-100k'),
    'ours-1m': () => catalogue('ours-1m'),
    tutorial: () => shop('tutorial'),
    transaction: () => shop('transaction'),
    seckill: () => startSeckill(deps, starter, customerIds),
    'stock-express': () => constant('stock-express'),
    'node-http': () => constant('node-http'),
    'node-http-product': recorded,
    'fast-express': () => constant('fast-express'),
  };
  const started = new Map<ServerKind, Promise<Participant>>();
  const get = (kind: ServerKind): Promise<Participant> => {
    const known = started.get(kind) ?? makers[kind]();
    started.set(kind, known);
    return known;
  };
  return get;
};
