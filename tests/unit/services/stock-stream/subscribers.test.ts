import { jest } from '@jest/globals';
import { createSubscribers } from '../../../../src/services/stock-stream/subscribers.js';

const listener = (patience = Infinity) => {
  const heard: string[] = [];
  const ends: boolean[] = [];
  const subscriber = {
    send: (text: string) => heard.push(text) <= patience,
    end: (tooSlow: boolean) => void ends.push(tooSlow),
  };
  return { heard, ends, subscriber };
};

describe('subscribers of the event stream', () => {
  let dropped = 0;
  const create = (subscribersMax = 2) =>
    createSubscribers({ subscribersMax, metrics: { dropped: () => (dropped += 1) } });
  beforeEach(() => {
    dropped = 0;
    jest.useFakeTimers();
  });
  afterEach(() => jest.useRealTimers());

  it('when one is too slow, then it is dropped, and the others hear on', () => {
    const all = create();
    const [slow, quick] = [listener(1), listener()];
    all.add(slow.subscriber);
    all.add(quick.subscriber);
    for (const text of ['a', 'b', 'c']) all.sendAll(text);
    expect(slow.heard).toEqual(['a', 'b']);
    expect(slow.ends).toEqual([true]);
    expect(quick.heard).toEqual(['a', 'b', 'c']);
    expect([dropped, all.size()]).toEqual([1, 1]);
  });

  it('when nothing happens, then a comment comes every 15 s', () => {
    const all = create();
    const one = listener();
    all.add(one.subscriber);
    jest.advanceTimersByTime(31_000);
    expect(one.heard).toEqual([':\n\n', ':\n\n']);
  });

  it('when there are as many as may be, then it is full, until one leaves', () => {
    const all = create(1);
    const one = listener();
    all.begin(one.subscriber, 'hello');
    expect(all.isFull()).toBe(true);
    all.remove(one.subscriber);
    expect(all.isFull()).toBe(false);
  });

  it('when it closes, then all are ended in order, nobody is taken in, and who was on the way is ended too', () => {
    const all = create();
    const [one, late] = [listener(), listener()];
    all.add(one.subscriber);
    all.close();
    all.begin(late.subscriber, 'hello');
    expect([one.ends, late.ends]).toEqual([[false], [false]]);
    expect(all.isFull()).toBe(true);
    jest.advanceTimersByTime(60_000);
    expect(one.heard).toEqual([]);
  });
});
