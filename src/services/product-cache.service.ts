import { createHash, randomBytes } from 'node:crypto';
import type { FoundProduct, ProductQueries } from '../models/product-queries.js';
import type { StockWrites } from '../models/stock-state.js';
import { createBatchLoader } from '../utils/batch-loader.js';
import { envelopeAround } from '../utils/envelope.js';
import { messages } from '../utils/messages.js';
import type { Cache, Found } from './cache/cache.service.js';
import { covers, type Loaded, type Stamp } from './cache/entry-text.js';
import { etagOf, productView } from './product-view.js';

/** A product as it is sent. */
export interface CachedProduct extends Stamp {
  /** The whole body of a GET of it. */
  answer: string;
  /** The length of `answer` on the wire. */
  bytes: number;
  etag: string;
}

/** A page of a list: whose products, and where the next one begins. */
export interface CachedPage {
  ids: readonly string[];
  nextCursor: string | null;
}

/** A product that was written, as it stands now. */
export interface ChangedProduct extends Stamp {
  id: string;
}

/** A write that the change feed tells of; parts that it does not know are absent. */
export interface ForeignChange {
  id: string;
  stamp: Partial<Stamp>;
  /** Whether lists may look different: the product is new, edited or gone. */
  listed: boolean;
  /** Whether the stamp moved with the write. Where other tools write, it may not have. */
  stamped: boolean;
}

export interface ProductCacheDependencies {
  cache: Pick<Cache, 'region' | 'invalidate' | 'heal'>;
  products: Pick<ProductQueries, 'findMany'>;
  ttlMs: number;
}

/** The generation of lists has one id. */
const everyList = 'all';
/** How many products are loaded by one query. */
const loadedMax = 100;
/** How many of this process's own writes are remembered, to know them again when the change feed tells of them. */
const rememberedMax = 20_000;

const [answerHead = '', answerTail = ''] = envelopeAround(200, messages.ok, '\n').split('\n');

/** The JSON text of the product alone, as lists need it. */
export const productJson = ({ answer }: CachedProduct): string =>
  answer.slice(answerHead.length, answer.length - answerTail.length);

/** A product that was read past the cache, in the shape of one that was read from it. */
export const shownProduct = (found: FoundProduct): CachedProduct =>
  decodeProduct(JSON.stringify(productView(found)), found);

const decodeProduct = (body: string, { version, seq }: Stamp): CachedProduct => {
  const answer = answerHead + body + answerTail;
  return { answer, bytes: Buffer.byteLength(answer), etag: etagOf({ version, seq }), version, seq };
};

const newGeneration = (): Promise<Loaded> =>
  Promise.resolve({ body: randomBytes(9).toString('base64url'), version: 0, seq: 0 });

const missing: Loaded = { body: null, version: 0, seq: 0 };
const loadedProduct = (found: FoundProduct | null): Loaded =>
  found === null ? missing : { body: JSON.stringify(productView(found)), version: found.version, seq: found.seq };

/** What the catalogue keeps in the cache, and what ends it. */
export const createProductCache = ({ cache, products, ttlMs }: ProductCacheDependencies) => {
  const load = createBatchLoader<FoundProduct>(async (ids) => {
    const found = await products.findMany(ids);
    return new Map(found.map((product) => [product._id, product]));
  }, loadedMax);

  const items = cache.region<CachedProduct>({
    name: 'p',
    decode: decodeProduct,
    ttlMs,
  });
  /** Whatever lists were made under one generation are out of reach with it. */
  const generations = cache.region<string>({
    name: 'g',
    decode: (token) => token,
    ttlMs: ttlMs * 10,
  });
  const pages = cache.region<CachedPage>({ name: 'l', decode: (body) => JSON.parse(body) as CachedPage, ttlMs });
  const generationKey = generations.key(everyList);
  /** Own writes by product, newest last. */
  const written = new Map<string, Stamp>();

  const remember = ({ id, version, seq }: ChangedProduct): void => {
    written.delete(id);
    written.set(id, { version, seq });
    if (written.size <= rememberedMax) return;
    const [oldest] = written.keys();
    if (oldest !== undefined) written.delete(oldest);
  };

  const changed = (
    changes: readonly ChangedProduct[],
    listed: readonly ChangedProduct[],
    also: readonly string[] = [],
  ): Promise<void> => {
    for (const change of changes) remember(change);
    const keys = [...changes.map(({ id }) => items.key(id)), ...also];
    if (listed.length === 0) return cache.invalidate(keys);
    const marks = new Map(listed.map(({ id, version }) => [items.key(id), version]));
    return cache.invalidate([...keys, generationKey], marks);
  };

  return {
    /** A product that this process has a copy of that can be believed; no wait. */
    peek: items.peek,
    read: (id: string): Promise<Found<CachedProduct>> => items.read(id, async () => loadedProduct(await load(id))),
    /**
     * A page of a list that depends on nothing but what `edited` and `moved` tell of as listed.
     * @param query what tells the page from others
     */
    page: async (query: unknown, loadPage: () => Promise<CachedPage>): Promise<Found<CachedPage>> => {
      const generation = generations.peek(everyList) ?? (await generations.read(everyList, newGeneration));
      if (generation.value === null || generation.source === 'bypass') {
        return { value: await loadPage(), source: 'bypass' };
      }
      const name = createHash('sha256').update(JSON.stringify(query)).digest('base64url');
      const id = `${generation.value}:${name}`;
      const loaded = async () => ({ body: JSON.stringify(await loadPage()), version: 0, seq: 0 });
      return pages.peek(id) ?? pages.read(id, loaded);
    },
    /** An edit or a deletion, to be told of before it is answered. */
    edited: (change: ChangedProduct): Promise<void> => changed([change], [change]),
    /**
     * A committed batch of the stock engine, to be told of before it is answered.
     * @param also further keys of the cache that it has made old
     */
    moved: (
      { products: moved, created }: Pick<StockWrites, 'products' | 'created'>,
      also: readonly string[] = [],
    ): Promise<void> => {
      const changes = moved.map(({ productId, version, seq, seqDelta }) => ({
        id: productId,
        version,
        seq: seq + seqDelta,
      }));
      const fresh = created.map(({ _id, version, seq }) => ({ id: _id, version, seq }));
      return changed([...changes, ...fresh], fresh, also);
    },
    /** Whether a change that the feed tells of is this process's own, so that all is done already. */
    isOwn: ({ id, stamp, stamped }: ForeignChange): boolean => {
      const own = written.get(id);
      return stamped && own !== undefined && covers(own, stamp);
    },
    /** Makes good what a write elsewhere has made old, should its own invalidation not have come about. */
    heal: ({ id, stamp, listed, stamped }: ForeignChange): Promise<void> =>
      cache.heal({ key: items.key(id), stamp: stamped ? stamp : null, also: listed ? [generationKey] : [] }),
  };
};

export type ProductCache = ReturnType<typeof createProductCache>;
