import { setImmediate as turn } from 'node:timers/promises';
import { createLinkHealth } from '../../../../src/services/rate-limit/link-health.js';
import { createClock } from '../../../helpers/fake-points.js';

const setUp = () => {
  const clock = createClock();
  const outcomes: string[] = [];
  let restarts = 0;
  const health = createLinkHealth({
    restart: () => {
      restarts += 1;
    },
    now: clock.now,
    metrics: { settled: (outcome) => void outcomes.push(outcome) },
  });
  const question = () => {
    let resolve: (value: number) => void = () => undefined;
    let reject: (error: Error) => void = () => undefined;
    const asked = new Promise<number>((onAnswer, onFailure) => {
      resolve = onAnswer;
      reject = onFailure;
    });
    const watched = health.watch(asked).catch(() => 0);
    return {
      answer: async () => {
        resolve(1);
        await watched;
      },
      fail: async () => {
        reject(new Error('away'));
        await watched;
      },
    };
  };
  /** Whether somebody who comes twice, a turn of the loop apart, may ask. */
  const mayAsk = async () => {
    health.mayAsk();
    await turn();
    return health.mayAsk();
  };
  return { clock, health, question, mayAsk, outcomes, restarts: () => restarts };
};

describe('health of the link to Redis', () => {
  it('when questions are answered, then everybody may ask', async () => {
    const { clock, question, mayAsk, outcomes } = setUp();
    for (let i = 0; i < 5; i++) {
      const asked = question();
      clock.pass(200);
      await asked.answer();
      expect(await mayAsk()).toBe(true);
    }
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'answered'));
  });

  it('when one fails, then nobody asks for a second, and then again', async () => {
    const { clock, question, mayAsk, outcomes } = setUp();
    await question().fail();
    expect(await mayAsk()).toBe(false);
    clock.pass(999);
    expect(await mayAsk()).toBe(false);
    clock.pass(1);
    expect(await mayAsk()).toBe(true);
    expect(outcomes).toEqual(['failed']);
  });

  it('when a question is not answered for long, then nobody asks until something is heard', async () => {
    const { clock, question, mayAsk } = setUp();
    const asked = question();
    clock.pass(250);
    expect(await mayAsk()).toBe(true);
    clock.pass(1);
    expect(await mayAsk()).toBe(false);
    await asked.answer();
    expect(await mayAsk()).toBe(true);
  });

  it('when nothing was asked for long, then that is no silence', async () => {
    const { clock, question, mayAsk } = setUp();
    await question().answer();
    clock.pass(60_000);
    question();
    expect(await mayAsk()).toBe(true);
  });

  it('when the loop was blocked, then what has arrived meanwhile is read before Redis counts as silent', async () => {
    const { clock, health, question } = setUp();
    const asked = question();
    clock.pass(300);
    expect([health.mayAsk(), health.mayAsk()]).toEqual([true, true]);
    await asked.answer();
    await turn();
    expect(health.mayAsk()).toBe(true);
  });

  it('when it is silent for more than two seconds, then the connection is made anew, once per two seconds', async () => {
    const { clock, question, mayAsk, restarts } = setUp();
    question();
    clock.pass(1_500);
    await mayAsk();
    expect(restarts()).toBe(0);
    clock.pass(1_000);
    await mayAsk();
    expect(restarts()).toBe(1);
    clock.pass(1_000);
    await mayAsk();
    expect(restarts()).toBe(1);
    clock.pass(2_000);
    await mayAsk();
    expect(restarts()).toBe(2);
  });
});
