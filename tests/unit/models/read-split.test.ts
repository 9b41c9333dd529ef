import { createReadSplit, readsOf, type ReadOutcome, type ReadPlace } from '../../../src/models/read-split.js';

const harness = (more: { listMsMax?: number } = {}) => {
  const outcomes: ReadOutcome[] = [];
  const seen: unknown[] = [];
  let pings = 0;
  let nowMs = 0;
  let open = true;
  const session = {
    advanceClusterTime: (time: unknown) => seen.push(['cluster', time]),
    advanceOperationTime: (time: unknown) => seen.push(['operation', time]),
    endSession: () => Promise.resolve(seen.push('ended')),
  };
  const command = () => Promise.resolve({ operationTime: ++pings, $clusterTime: 'clock' });
  const primary = { name: 'primary', getClient: () => ({ db: () => ({ command }) }) };
  const secondary = { name: 'secondary', getClient: () => ({ startSession: () => session }) };
  const split = createReadSplit({
    ...{ primary: primary as never, secondary: secondary as never, isOpen: () => open },
    ...{ onRead: (outcome) => outcomes.push(outcome), nowMs: () => nowMs, restMs: 5_000, ...more },
  });
  return {
    split,
    outcomes,
    seen,
    pings: () => pings,
    at: (ms: number) => (nowMs = ms),
    shut: () => (open = false),
  };
};

const nameOf = ({ connection }: ReadPlace) => Promise.resolve((connection as unknown as { name: string }).name);
/** Fails on the secondary. */
const onPrimaryOnly = async (place: ReadPlace) => {
  if ((await nameOf(place)) === 'secondary') throw new Error('the secondary is ill');
  return 'primary';
};

describe('read split', () => {
  it('when a list is read, then the secondary is told how far the primary was, and the session is given back', async () => {
    const { split, seen, outcomes } = harness();

    expect(await split.list(nameOf)).toBe('secondary');

    expect(seen).toEqual([['cluster', 'clock'], ['operation', 1], 'ended']);
    expect(outcomes).toEqual(['secondary']);
  });

  it('when many ask at once, then they share a question that was sent after each of them had come', async () => {
    const { split, pings, seen } = harness();

    await Promise.all(Array.from({ length: 100 }, () => split.list(nameOf)));

    expect(pings()).toBe(2);
    const times = seen
      .filter((each) => Array.isArray(each) && each[0] === 'operation')
      .map((each) => (each as unknown[])[1]);
    expect(times.filter((time) => time === 1)).toHaveLength(1);
    expect(times.filter((time) => time === 2)).toHaveLength(99);
  });

  it('when the secondary fails, then the primary is read, and it alone until the secondary has rested and one read went well', async () => {
    const { split, outcomes, at } = harness();

    expect(await split.list(onPrimaryOnly)).toBe('primary');
    expect(await split.list(nameOf)).toBe('primary');
    at(5_000);
    // One tries, and the others do not wait for what comes of it.
    expect(await Promise.all([split.list(onPrimaryOnly), split.list(nameOf)])).toEqual(['primary', 'primary']);
    expect(await split.list(nameOf)).toBe('primary');
    at(10_000);
    expect(await split.list(nameOf)).toBe('secondary');
    expect(await Promise.all([split.list(nameOf), split.list(nameOf)])).toEqual(['secondary', 'secondary']);

    expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome === 'resting')).toHaveLength(3);
  });

  it('when the secondary does not answer in time, or says that it cannot, then it counts as late', async () => {
    const hanging = harness({ listMsMax: 1 });
    const hang = (place: ReadPlace) =>
      nameOf(place).then((name) => (name === 'secondary' ? new Promise<never>(() => undefined) : name));
    const told = harness();
    const expire = (place: ReadPlace) =>
      nameOf(place).then((name) => {
        if (name === 'secondary') throw Object.assign(new Error('operation exceeded time limit'), { code: 50 });
        return name;
      });

    expect([await hanging.split.list(hang), await told.split.list(expire)]).toEqual(['primary', 'primary']);
    expect([hanging.outcomes, told.outcomes]).toEqual([['late'], ['late']]);
  });

  it('when the query itself is at fault, then whoever asked is told so', async () => {
    const { split } = harness();
    await expect(split.list(() => Promise.reject(new Error('no such field')))).rejects.toThrow('no such field');
  });

  it('when a report breaks off, then its next try is on the primary', async () => {
    const { split, outcomes } = harness();

    await expect(split.report(onPrimaryOnly)).rejects.toThrow('the secondary is ill');
    expect(await split.report(nameOf)).toBe('primary');
    expect(outcomes).toEqual(['failed', 'resting']);
  });

  it('when there is no secondary, or it is not open yet, then everything is asked of the primary', async () => {
    const { split, shut, pings } = harness();
    shut();

    expect([await split.list(nameOf), await split.report(nameOf)]).toEqual(['primary', 'primary']);
    expect(pings()).toBe(0);
    expect(await readsOf({ name: 'only' } as never).list(nameOf)).toBe('only');
    expect(await readsOf({ name: 'only' } as never).report(nameOf)).toBe('only');
  });
});
