import { readdirSync } from 'node:fs';
import mongoose, { type Connection } from 'mongoose';
import { declaredCollections, partsOf } from '../../../src/models/declared-collections.js';

const models = new URL('../../../src/models/', import.meta.url);

/** The collection of each model that any file of src/models can make. */
const modelledCollections = async (): Promise<string[]> => {
  const connection = mongoose.createConnection();
  const files = readdirSync(models).filter((name) => name.endsWith('.model.ts'));
  const loaded = await Promise.all(
    files.map((name) => import(`../../../src/models/${name.replace(/\.ts$/, '.js')}`) as Promise<object>),
  );
  const factories = loaded.flatMap((module) =>
    Object.entries(module).filter(([name]) => /^create\w+Model$/.test(name)),
  ) as [string, (connection: Connection) => { collection: { collectionName: string } }][];
  return factories.map(([, create]) => create(connection).collection.collectionName);
};

const namesOf = (service: Parameters<typeof partsOf>[0]): Set<string> =>
  new Set(declaredCollections(partsOf(service)).map(({ name }) => name));

describe('declared collections', () => {
  it('when a model is made anywhere, then its collection is among those that a start makes', async () => {
    const modelled = await modelledCollections();
    const declared = namesOf('all');

    expect(modelled.length).toBeGreaterThan(15);
    expect(modelled.filter((name) => !declared.has(name))).toEqual([]);
    expect([...declared].filter((name) => !modelled.includes(name) && !name.startsWith('report_files.'))).toEqual([]);
  });

  it('when a collection is declared, then it is so once, and its indexes have names of their own', () => {
    const declared = declaredCollections(partsOf('all'));

    expect(new Set(declared.map(({ name }) => name)).size).toBe(declared.length);
    for (const { indexes } of declared) expect(new Set(indexes.map(({ name }) => name)).size).toBe(indexes.length);
  });

  it('when a service keeps one part, then its database holds that and what both share', () => {
    expect([namesOf('orders').has('orders'), namesOf('orders').has('products')]).toEqual([true, false]);
    expect([namesOf('products').has('orders'), namesOf('products').has('products')]).toEqual([false, true]);
    expect(namesOf('worker')).toEqual(namesOf('products'));
    for (const service of ['orders', 'products'] as const) expect(namesOf(service).has('outbox')).toBe(true);
  });
});
