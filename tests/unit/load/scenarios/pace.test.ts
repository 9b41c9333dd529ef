import { createDriver } from '../../../../load/scenarios/driver.js';
import { lengthMsOf, nextDueMs, rateAt } from '../../../../load/scenarios/pace.js';
import type { Rider } from '../../../../load/scenarios/rider.js';
import { scenarioOf } from '../../../../load/scenarios/scenarios.js';
import { scenarioNames } from '../../../../load/scenarios/scenario.js';

const stages = [
  { seconds: 10, from: 100, to: 100 },
  { seconds: 10, from: 100, to: 300 },
];

describe('pace', () => {
  it('when a stage rises, then the rate does so evenly, and it is over with the last one', () => {
    expect([0, 9_999, 10_000, 15_000, 20_000].map((atMs) => rateAt(stages, atMs))).toEqual([100, 100, 100, 200, null]);
  });
  it('when a request was due, then the next one is due a rate apart', () => {
    expect(nextDueMs(stages, 500)).toBe(510);
    expect(nextDueMs(stages, 20_000)).toBeNull();
  });
  it('when all requests of a stage are counted, then they are its area', () => {
    let requests = 0;
    for (let due: number | null = 0; due !== null; due = nextDueMs(stages, due)) requests++;
    expect(Math.abs(requests - 3_000)).toBeLessThan(10);
  });
  it.each(scenarioNames)('when %s is wished shorter, then it is that long', (name) => {
    expect(lengthMsOf(scenarioOf(name, { seconds: 20 }).pace)).toBeCloseTo(20_000);
  });
  it('when there are fewer buyers than connections, then there are as many connections as buyers', () => {
    expect(scenarioOf('drop', { buyers: 10, units: 3 })).toMatchObject({ buyers: 10, units: 3, connections: 10 });
  });
});

describe('createDriver', () => {
  const rider = (sent: number[], more = true): Rider => ({
    send: (dueMs) => {
      if (more) sent.push(dueMs);
      return more;
    },
    end: () => undefined,
  });

  it('when nobody is free, then requests that are due wait, and count from when they were due', () => {
    let now = 0;
    const sent: number[] = [];
    const driver = createDriver({ pace: { kind: 'open', stages }, connections: 1, now: () => now });
    driver.idle(rider(sent));
    now = 25;
    driver.idle(rider(sent));
    expect(sent).toEqual([0, 10]);
  });
  it('when requests are late by more than ten seconds, then they are left out and counted', () => {
    let now = 0;
    const sent: number[] = [];
    const driver = createDriver({ pace: { kind: 'open', stages }, connections: 1, now: () => now });
    now = 10_500;
    driver.idle(rider(sent));
    expect(driver.skipped()).toBe(50);
    expect(sent).toEqual([500]);
  });
  it('when every buyer has been there, then the run is over once all connections rest', async () => {
    const driver = createDriver({ pace: { kind: 'once', secondsMax: 600 }, connections: 2, now: () => 0 });
    driver.idle(rider([], false));
    driver.idle(rider([], false));
    await expect(driver.run(600_000)).resolves.toBeUndefined();
  });
  it('when a thousand requests in a row have no answer, then no more are sent', () => {
    const sent: number[] = [];
    const driver = createDriver({ pace: { kind: 'closed', seconds: 600 }, connections: 1, now: () => 0 });
    for (let lost = 0; lost < 1_000; lost++) driver.ended(false);
    driver.idle(rider(sent));
    expect(sent).toEqual([]);
  });
});
