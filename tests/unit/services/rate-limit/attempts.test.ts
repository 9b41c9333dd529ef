import { createAttempts } from '../../../../src/services/rate-limit/attempts.js';
import { createLoginLimits } from '../../../../src/services/rate-limit/login-limits.service.js';
import { createClock, createFakePoints } from '../../../helpers/fake-points.js';

const setUp = (limit: number, isShared = true, waitMaxMs = 20_000) => {
  const clock = createClock();
  const points = createFakePoints(clock.now);
  let insured = 0;
  const metrics = {
    insured: () => {
      insured += 1;
    },
  };
  const shared = isShared ? points.shared : undefined;
  const attempts = () => createAttempts({ limit, shared, metrics, waitMaxMs, now: clock.now });
  return { clock, points, attempts, insured: () => insured };
};

describe.each([
  ['on Redis', true],
  ['of a process that is alone', false],
])('attempts %s', (_where, isShared) => {
  it('when as many have failed as may, then the next is refused, until the window ends', async () => {
    const { clock, attempts } = setUp(2, isShared);
    const one = attempts();
    const first = await one.begin('ada');
    first.end(true);
    expect(first).toMatchObject({ accepted: true, remaining: 1, resetSeconds: 60 });
    clock.pass(1_500);
    const second = await one.begin('ada');
    second.end(true);
    expect(second).toMatchObject({ accepted: true, remaining: 0, resetSeconds: 59 });
    expect(await one.begin('ada')).toMatchObject({ accepted: false, remaining: 0, resetSeconds: 59 });
    expect(await one.begin('bob')).toMatchObject({ accepted: true });
    clock.pass(58_500);
    expect(await one.begin('ada')).toMatchObject({ accepted: true, remaining: 1 });
  });

  it('when a hundred are made at once, then no more than the limit are accepted', async () => {
    const { attempts } = setUp(10, isShared);
    const one = attempts();
    const begun = await Promise.all(Array.from({ length: 100 }, () => one.begin('ada')));
    expect(begun.filter(({ accepted }) => accepted)).toHaveLength(10);
  });

  it('when a refusal is due to attempts under way, then it says to come back soon', async () => {
    const { attempts } = setUp(2, isShared);
    const one = attempts();
    const [first, second] = [await one.begin('ada'), await one.begin('ada')];
    expect(await one.begin('ada')).toMatchObject({ accepted: false, resetSeconds: 1 });
    first.end(true);
    second.end(true);
    expect(await one.begin('ada')).toMatchObject({ accepted: false, resetSeconds: 60 });
  });

  it('when attempts succeed, then any number may be made', async () => {
    const { attempts } = setUp(1, isShared);
    const one = attempts();
    for (let i = 0; i < 50; i++) {
      const attempt = await one.begin('ada');
      expect(attempt.accepted).toBe(true);
      attempt.end(false);
      await Promise.resolve();
    }
  });

  it('when attempts are refused, then they do not count themselves', async () => {
    const { attempts } = setUp(1, isShared);
    const one = attempts();
    const first = await one.begin('ada');
    for (let i = 0; i < 20; i++) expect((await one.begin('ada')).accepted).toBe(false);
    first.end(false);
    first.end(false);
    await Promise.resolve();
    expect((await one.begin('ada')).accepted).toBe(true);
    expect((await one.begin('ada')).accepted).toBe(false);
  });
});

describe('attempts of several processes', () => {
  it('when attempts are made in both, then they share the limit', async () => {
    const { attempts } = setUp(10);
    const [one, other] = [attempts(), attempts()];
    const begun = await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 ? one : other).begin('ada')));
    expect(begun.filter(({ accepted }) => accepted)).toHaveLength(10);
  });

  it.each(['holds', 'fails', 'is shut'] as const)(
    'when Redis %s, then each process keeps to the limit by itself',
    async (mode) => {
      const { attempts, points, insured } = setUp(3, true, 10);
      points.set(mode);
      const one = attempts();
      const begun = await Promise.all(Array.from({ length: 10 }, () => one.begin('ada')));
      expect(begun.filter(({ accepted }) => accepted)).toHaveLength(3);
      expect(insured()).toBe(10);
    },
  );

  it('when Redis did not count an attempt, then nothing is taken back there', async () => {
    const { attempts, points } = setUp(3);
    const one = attempts();
    await one.begin('ada');
    points.set('is shut');
    const uncounted = await one.begin('ada');
    points.set('answers');
    uncounted.end(false);
    await Promise.resolve();
    expect(points.consumed('ada')).toBe(1);
  });
});

describe('login limits', () => {
  const limits = (perMinute: number) =>
    createLoginLimits({ perMinute, sharedPoints: undefined, metrics: { insured: () => undefined } });

  it('when guesses at one account come from many addresses, then the account is shut', async () => {
    const { begin } = limits(5);
    for (let i = 0; i < 5; i++) expect((await begin('ada@x.test', `10.0.0.${i}`)).accepted).toBe(true);
    expect(await begin('ada@x.test', '10.0.0.9')).toMatchObject({ accepted: false, policy: 'account', limit: 5 });
    expect((await begin('bob@x.test', '10.0.0.9')).accepted).toBe(true);
  });

  it('when one address guesses at many accounts, then it is shut out after ten times as many, and locks nobody', async () => {
    const { begin } = limits(2);
    for (let i = 0; i < 20; i++) expect((await begin(`user${i}@x.test`, '10.0.0.1')).accepted).toBe(true);
    for (let i = 0; i < 10; i++) {
      expect(await begin('ada@x.test', '10.0.0.1')).toMatchObject({ accepted: false, policy: 'address', limit: 20 });
    }
    expect((await begin('ada@x.test', '10.0.0.2')).accepted).toBe(true);
  });

  it('when an account is shut, then attempts at it cost the address nothing', async () => {
    const { begin } = limits(1);
    await begin('ada@x.test', '10.0.0.1');
    for (let i = 0; i < 50; i++) expect((await begin('ada@x.test', '10.0.0.2')).accepted).toBe(false);
    expect((await begin('bob@x.test', '10.0.0.2')).accepted).toBe(true);
  });

  it('when sign-ins succeed, then thousands may come from one address', async () => {
    const { begin } = limits(1);
    for (let i = 0; i < 2_000; i++) {
      const attempt = await begin(`user${i % 50}@x.test`, '10.0.0.1');
      expect(attempt.accepted).toBe(true);
      attempt.end(false);
    }
  });
});
