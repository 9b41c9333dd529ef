import {
  productListPlan,
  stockOrderPlan,
  type ProductListPlan,
  type ProductListQuery,
} from '../../src/models/product-list.js';
import { productCollection, type ProductDocument } from '../../src/models/product.model.js';
import { searchWords } from '../../src/utils/terms.js';
import { createCatalogue, storedProduct } from '../helpers/catalogue.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import type { Connection } from 'mongoose';

const productCount = 20_000;
const limit = 21;

interface Stage {
  stage: string;
  limitAmount?: number;
  inputStage?: Stage;
  inputStages?: Stage[];
}

interface Planned {
  queryPlanner: { winningPlan: Stage & { queryPlan?: Stage } };
}
interface Explained extends Planned {
  executionStats: { totalDocsExamined: number; nReturned: number };
}

const stagesOf = (plan: Stage): Stage[] => [
  plan,
  ...[plan.inputStage, ...(plan.inputStages ?? [])].flatMap((inner) => (inner ? stagesOf(inner) : [])),
];

const words = ['red', 'blue', 'green', 'lamp', 'chair', 'table', 'desk', 'mug', 'shirt', 'shoe', 'steel', 'maple'];
const startMs = Date.UTC(2026, 0, 1);

/** Product number `n`: spread evenly, but for plenty of equal prices, times and sold-out products. */
const productOf = (n: number): ProductDocument => {
  const pick = (salt: number) => words[(n * 7919 + salt * 104_729 + (n >> 3)) % words.length] ?? '';
  return storedProduct(
    {
      name: `${pick(1)} ${pick(2)} ${pick(3)} ${n}`,
      price: (n * 7919) % 500,
      stock: n % 2 === 0 ? 0 : (n * 31) % 3_000,
      tags: ['all', `t${n % 20}`],
    },
    new Date(startMs + Math.floor(n / 10) * 1_000),
  );
};

const values = <T>(...each: T[]): T[] => each;

/** Every combination of filters and sorts that the contract allows, on a first page and behind `after`. */
const combinations = (after: ProductDocument): { name: string; query: ProductListQuery }[] =>
  values(undefined, 'lamp', 'lamp re').flatMap((q) =>
    values('name', 'price', 'stock', 'createdAt').flatMap((by) =>
      q !== undefined && by !== 'name'
        ? []
        : values(false, true).flatMap((descending) =>
            values(undefined, 't3').flatMap((tag) =>
              values<[number | undefined, number | undefined]>(
                [undefined, undefined],
                [490, undefined],
                [undefined, 100],
                [50, 60],
              ).flatMap(([minPrice, maxPrice]) =>
                values(undefined, true, false).flatMap((inStock) =>
                  values(false, true).map((paged) => ({
                    name: JSON.stringify({ q, by, descending, tag, minPrice, maxPrice, inStock, paged }),
                    query: {
                      words: q === undefined ? [] : searchWords(q),
                      tag,
                      minPrice,
                      maxPrice,
                      inStock,
                      sort: { by: by as ProductListQuery['sort']['by'], descending },
                      after: paged
                        ? {
                            value: by === 'name' ? after.nameKey : after[by as 'price' | 'stock' | 'createdAt'],
                            id: after._id,
                          }
                        : undefined,
                      limit,
                    },
                  })),
                ),
              ),
            ),
          ),
    ),
  );

describeMongo('the plans of product lists', () => {
  const database = freshDatabase();
  let connection: Connection;
  let middle: ProductDocument;

  beforeAll(async () => {
    connection = await database.connect();
    const { model } = await createCatalogue(connection);
    for (let from = 0; from < productCount; from += 2_000) {
      const batch = Array.from({ length: 2_000 }, (_, index) => productOf(from + index));
      await model.collection.insertMany(batch as never[]);
      const [, second] = batch;
      if (second && from === productCount / 2) middle = second;
    }
  }, 300_000);

  const find = ({ filter, sort, hint }: ProductListPlan) =>
    connection
      .collection<ProductDocument>(productCollection)
      .find(filter, { projection: { terms: 0 }, sort, limit, ...(hint === undefined ? {} : { hint }) });

  const read = ({ queryPlanner: { winningPlan } }: Planned) => {
    const stages = stagesOf(winningPlan.queryPlan ?? winningPlan);
    return { names: stages.map(({ stage }) => stage), sorts: stages.filter(({ stage }) => stage === 'SORT') };
  };
  /** How it would be done. */
  const planned = async (plan: ProductListPlan) =>
    read((await find(plan).explain('queryPlanner')) as unknown as Planned);
  /** How it was done, which takes far longer. */
  const explain = async (plan: ProductListPlan) => {
    const explained = (await find(plan).explain('executionStats')) as unknown as Explained;
    return { ...read(explained), docs: explained.executionStats.totalDocsExamined };
  };

  it('when any filters and sort are combined, then an index serves them and no collection is scanned', async () => {
    const faults: string[] = [];
    for (const { name, query } of combinations(middle)) {
      const { names } = await planned(productListPlan(query));
      if (names.includes('COLLSCAN') || !names.includes('IXSCAN')) faults.push(`${name}: ${names.join(' < ')}`);
    }
    expect(faults).toEqual([]);
  }, 300_000);

  it('when one index holds filter and order, then nothing is sorted and only the page is read', async () => {
    const served = combinations(middle).filter(({ query }) => productListPlan(query).hint !== undefined);
    const bandOfMiddle = await connection
      .collection<ProductDocument>(productCollection)
      .countDocuments({ deleted: false, stockBand: middle.stockBand });
    const faults: string[] = [];
    for (const { name, query } of served) {
      const { names, sorts, docs } = await explain(productListPlan(query));
      // Of several words the index takes one and the rest are looked for in what it finds.
      const ofWords = query.words.length > 1 ? productCount / 2 : 0;
      // A page by stock that begins within a wide band reads that band from its start.
      const ofBand = query.sort.by === 'stock' && query.after !== undefined ? bandOfMiddle : 0;
      const bounded = docs <= limit + 1 + ofWords + ofBand;
      if (sorts.length > 0 || !bounded) faults.push(`${name}: ${names.join(' < ')}, ${docs} read`);
    }
    expect(faults).toEqual([]);
    expect(served.length).toBeGreaterThan(60);
    expect(bandOfMiddle).toBeLessThan(productCount / 100);
  }, 300_000);

  it('when filters lie across the order, then at most a page is held in memory to be sorted', async () => {
    const across = combinations(middle).filter(({ query }) => productListPlan(query).hint === undefined);
    expect(across.length).toBeGreaterThan(60);
    const faults: string[] = [];
    for (const { name, query } of across) {
      const { sorts, names } = await planned(productListPlan(query));
      if (sorts.some(({ limitAmount }) => limitAmount !== limit)) faults.push(`${name}: ${names.join(' < ')}`);
    }
    expect(faults).toEqual([]);
  }, 300_000);

  it('when a page by stock reaches into wide bands, then what is sorted is bounded by the bands of the page', async () => {
    const query: ProductListQuery = {
      ...{ words: [], tag: undefined, minPrice: undefined, maxPrice: undefined, inStock: undefined },
      sort: { by: 'stock', descending: true },
      after: undefined,
      limit,
    };
    const plan = productListPlan(query);
    const first = await find(plan).toArray();
    const second = stockOrderPlan(query, plan, first);
    if (second === null) throw new Error('the page must reach into wide bands');
    const widest = await connection
      .collection<ProductDocument>(productCollection)
      .countDocuments({ deleted: false, stockBand: { $gte: first.at(-1)?.stockBand ?? 0 } });

    const { docs, names } = await explain(second);

    expect(names).not.toContain('COLLSCAN');
    expect(docs).toBeLessThanOrEqual(widest);
    expect(docs).toBeLessThan(productCount / 20);
  });
});
