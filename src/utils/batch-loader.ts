/**
 * Gathers what is asked for in one turn of the event loop and loads it at once.
 * @param loadMany what it does not bring back is not there
 * @param batchMax the most that is loaded at once
 */
export const createBatchLoader = <T>(
  loadMany: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
  batchMax: number,
): ((id: string) => Promise<T | null>) => {
  let gathering: { ids: Set<string>; loaded: Promise<ReadonlyMap<string, T>> } | null = null;

  const gather = () => {
    const ids = new Set<string>();
    const loaded = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (gathering?.ids === ids) gathering = null;
      return loadMany([...ids]);
    });
    return { ids, loaded };
  };

  return async (id) => {
    if (gathering === null || gathering.ids.size >= batchMax) gathering = gather();
    const { ids, loaded } = gathering;
    ids.add(id);
    return (await loaded).get(id) ?? null;
  };
};
