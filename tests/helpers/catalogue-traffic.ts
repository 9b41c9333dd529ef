import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductView } from '../../src/schemas/product.js';
import { newId } from '../../src/utils/uuid.js';
import type { Answer, Purchase } from './api-client.js';
import { patiently } from './patiently.js';
import { randomFrom } from './random.js';
import { person, type Shop } from './shop.js';
import type { Witness } from './witness.js';

export interface TrafficOptions {
  /** All of one database. */
  shops: readonly Shop[];
  seed: number;
  witness: Witness;
  readers?: number;
}

/** When something was sent, and how long its answer took, in milliseconds. */
export interface Timed {
  sentMs: number;
  ms: number;
}

/** How many products live all along, beside those that come and go. */
const lasting = 5;
const passing = 4;

/** Writers who edit, sell, restock, make and delete, and readers who look at one product or at the list, until they are stopped. */
export const startTraffic = async ({ shops, seed, witness, readers = 10 }: TrafficOptions) => {
  const random = randomFrom(seed);
  const admin = person('admin');
  /** Tells these products from those of earlier traffic. */
  const tag = newId();
  const faults: string[] = [];
  const sales: Answer<Purchase>[] = [];
  const reads: Timed[] = [];
  const counts = { items: 0, lists: 0, hits: 0, turnedAway: 0 };
  let stopped = false;

  const pick = <T>(all: readonly T[]): T => {
    const found = all[Math.floor(random() * all.length)];
    if (found === undefined) throw new Error('there is nothing to pick from');
    return found;
  };
  const expectStatus = <T>(answer: Answer<T>, ...statuses: number[]): Answer<T> => {
    if (!statuses.includes(answer.status))
      faults.push(`${answer.status} instead of ${statuses.join(' or ')}: ${answer.text}`);
    return answer;
  };
  /** Counts who is turned away, and comes again. */
  const written = <T>(call: () => Promise<Answer<T>>): Promise<Answer<T>> =>
    patiently(async () => {
      const answer = await call();
      if (answer.status === 503) counts.turnedAway++;
      return answer;
    });

  const readItem = async (shop: Shop, id: string): Promise<void> => {
    const sentMs = performance.now();
    const { status, data, headers, text } = await shop.client.product(id);
    reads.push({ sentMs, ms: performance.now() - sentMs });
    counts.items++;
    if (headers['x-cache'] === 'HIT') counts.hits++;
    const where = `GET /products/:id at ${shops.indexOf(shop)}, ${String(headers['x-cache'])}`;
    if (status === 200) witness.sawThere(id, data, sentMs, where);
    else if (status === 404) witness.sawGone(id, sentMs, where);
    else if (status === 503) counts.turnedAway++;
    else faults.push(`${status}: ${text}`);
  };
  const readList = async (shop: Shop): Promise<void> => {
    const sort = pick(['-createdAt', 'name', 'price']);
    const sentMs = performance.now();
    const answer = await shop.client.api('GET', `/products?tag=${tag}&limit=100&sort=${sort}`);
    reads.push({ sentMs, ms: performance.now() - sentMs });
    counts.lists++;
    if (answer.headers['x-cache'] === 'HIT') counts.hits++;
    const where = `GET /products?sort=${sort} at ${shops.indexOf(shop)}, ${String(answer.headers['x-cache'])}`;
    if (answer.status === 503) counts.turnedAway++;
    else if (expectStatus(answer, 200).status === 200) witness.sawList(answer.data as ProductView[], sentMs, where);
  };

  const make = async (): Promise<string> => {
    const { token } = admin;
    const body = { name: `Lamp ${Math.floor(random() * 1e6)}`, price: 100, stock: 1_000_000, tags: [tag] };
    const { data } = expectStatus(await written(() => pick(shops).client.createProduct({ token, body })), 201);
    witness.created(data.id, data);
    return data.id;
  };
  const steady = await Promise.all(Array.from({ length: lasting }, make));
  const coming: string[] = [];

  const buyer = person();
  const edit = async (): Promise<string> => {
    const id = pick(steady);
    const body = { price: 1 + Math.floor(random() * 1_000) };
    const { data } = expectStatus(await written(() => pick(shops).client.patch(id, { token: admin.token, body })), 200);
    witness.edited(id, data.version);
    return id;
  };
  const sell = async (): Promise<string> => {
    const id = pick(steady);
    const call = { token: buyer.token, key: newId() };
    sales.push(expectStatus(await written(() => pick(shops).client.buy(id, call)), 201));
    witness.moved(id);
    return id;
  };
  const restock = async (): Promise<string> => {
    const id = pick(steady);
    const call = { token: admin.token, key: newId(), body: { delta: 1, reason: 'delivery' } };
    expectStatus(await written(() => pick(shops).client.change(id, call)), 200);
    witness.moved(id);
    return id;
  };
  const turnOver = async (): Promise<string> => {
    const oldest = coming.length >= passing ? coming.shift() : undefined;
    if (oldest === undefined) {
      const id = await make();
      coming.push(id);
      return id;
    }
    witness.deleting(oldest);
    let tries = 0;
    const remove = () => {
      tries++;
      return pick(shops).client.api('DELETE', `/products/${oldest}`, { token: admin.token });
    };
    const answer = await written(remove);
    // Who comes again may find it gone.
    expectStatus(answer, ...(tries > 1 ? [204, 404] : [204]));
    witness.deleted(oldest);
    return oldest;
  };

  /** Whoever has written looks at once, everywhere. */
  const writeOn = async (write: () => Promise<string>, pauseMs: number): Promise<void> => {
    while (!stopped) {
      const id = await write();
      await Promise.all(shops.flatMap((shop) => [readItem(shop, id), readList(shop)]));
      await sleep(random() * pauseMs);
    }
  };
  const readOn = async (): Promise<void> => {
    while (!stopped) {
      const shop = pick(shops);
      if (random() < 0.3) await readList(shop);
      else await readItem(shop, pick(random() < 0.8 || coming.length === 0 ? steady : coming));
      await sleep(random() * 4);
    }
  };
  const running = Promise.all([
    ...[edit, sell, restock].map((write) => writeOn(write, 20)),
    ...[turnOver, sell].map((write) => writeOn(write, 60)),
    ...Array.from({ length: readers }, readOn),
  ]);

  // What ends it is told to whoever stops it; until then nobody waits for it.
  running.catch(() => undefined);

  return {
    productIds: steady,
    /** Every read of one product or of the list. */
    reads,
    /** What has been done so far. */
    progress: () => ({ hits: counts.hits, writes: witness.writes() }),
    salesOf: (id: string) => sales.filter(({ data }) => data.productId === id),
    /** Lets everybody finish what they have begun. */
    stop: async () => {
      stopped = true;
      await running;
      return { ...counts, writes: witness.writes(), judged: witness.judged(), faults };
    },
  };
};

export type Traffic = Awaited<ReturnType<typeof startTraffic>>;
