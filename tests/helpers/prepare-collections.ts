/** What can be prepared. */
interface Preparable {
  createCollection: () => Promise<unknown>;
  createIndexes: () => Promise<unknown>;
}

/** Collections and indexes of some models alone, for tests that need no whole database. */
export const prepareCollections = async (models: Readonly<Record<string, Preparable>>): Promise<void> => {
  for (const model of Object.values(models)) {
    await model.createCollection();
    await model.createIndexes();
  }
};
