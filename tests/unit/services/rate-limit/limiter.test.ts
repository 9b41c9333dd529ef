import fc from 'fast-check';
import { unaskedOf, type Spent } from '../../../../src/services/rate-limit/caller-window.js';
import { createLimiter, type Limiter } from '../../../../src/services/rate-limit/limiter.js';
import { createClock, createFakePoints } from '../../../helpers/fake-points.js';
import { seed } from '../../../helpers/seed.js';

/** Long enough that only what shall be late is late. */
const patientMs = 20_000;

const setUp = (limit: number, waitMaxMs = patientMs) => {
  const clock = createClock();
  const points = createFakePoints(clock.now);
  let insured = 0;
  const metrics = {
    insured: () => {
      insured += 1;
    },
  };
  const limiter = (shared = points.shared) => createLimiter({ limit, shared, metrics, waitMaxMs, now: clock.now });
  return { clock, points, limiter, insured: () => insured };
};

const alone = (limit: number) => {
  const clock = createClock();
  const metrics = { insured: () => undefined };
  return { clock, limiter: createLimiter({ limit, shared: undefined, metrics, now: clock.now }) };
};

/** Requests of one caller, one after the other, until one is refused. @returns how many were accepted */
const useUp = async (limiter: Limiter, key: string, most = 10_000): Promise<number> => {
  for (let accepted = 0; accepted < most; accepted++) if (!(await limiter.spend(key)).accepted) return accepted;
  return most;
};

describe('limiter of a process that is alone', () => {
  it('when a caller makes as many requests as the limit, then all are accepted and the next is refused', () => {
    const { limiter } = alone(3);
    const spent = Array.from({ length: 4 }, () => limiter.spend('ada'));
    expect(spent).toEqual([
      { accepted: true, remaining: 2, resetSeconds: 60 },
      { accepted: true, remaining: 1, resetSeconds: 60 },
      { accepted: true, remaining: 0, resetSeconds: 60 },
      { accepted: false, remaining: 0, resetSeconds: 60 },
    ]);
  });

  it('when one caller is refused, then another is not', () => {
    const { limiter } = alone(1);
    void limiter.spend('ada');
    expect(limiter.spend('ada')).toMatchObject({ accepted: false });
    expect(limiter.spend('bob')).toMatchObject({ accepted: true });
  });

  it('when a refused caller has waited as long as is said, then the next request is accepted', () => {
    const { clock, limiter } = alone(1);
    void limiter.spend('ada');
    clock.pass(12_345);
    const { resetSeconds } = limiter.spend('ada') as Spent;
    expect(resetSeconds).toBe(48);
    clock.pass(resetSeconds * 1000 - 1000);
    expect(limiter.spend('ada')).toMatchObject({ accepted: false, resetSeconds: 1 });
    clock.pass(1000);
    expect(limiter.spend('ada')).toMatchObject({ accepted: true, remaining: 0, resetSeconds: 60 });
  });
});

describe('limiter of processes that share', () => {
  it('when a caller makes few requests, then nobody is asked', () => {
    const { limiter, points } = setUp(1200);
    const one = limiter();
    for (let i = 0; i < 9; i++) expect(one.spend('ada')).toMatchObject({ accepted: true, remaining: 1199 - i });
    expect(points.taken).toEqual([]);
  });

  it('when one process gets all requests, then it accepts the limit exactly, and few of them cost a question', async () => {
    const { limiter, points, insured } = setUp(1200);
    expect(await useUp(limiter(), 'ada')).toBe(1200);
    expect(points.taken.length).toBeLessThan(120);
    expect(insured()).toBe(0);
  });

  it('when the limit is reached, then refusals cost no question', async () => {
    const { limiter, points } = setUp(30);
    const one = limiter();
    await useUp(one, 'ada');
    const before = points.taken.length;
    for (let i = 0; i < 100; i++) expect(one.spend('ada')).toMatchObject({ accepted: false, remaining: 0 });
    expect(points.taken).toHaveLength(before);
  });

  it('when requests come to processes in any order, then the sum keeps to the limit and what each may spend unasked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat({ max: 3 }), { maxLength: 200 }),
        async (limit, count, order) => {
          const { limiter, insured } = setUp(limit);
          const processes = Array.from({ length: count }, () => limiter());
          let accepted = 0;
          for (const index of order) {
            const spent = await processes[index % count]?.spend('ada');
            if (spent?.accepted === true) accepted += 1;
          }
          for (const each of processes) accepted += await useUp(each, 'ada');
          expect(accepted).toBeGreaterThanOrEqual(limit);
          expect(accepted).toBeLessThanOrEqual(limit + count * unaskedOf(limit));
          expect(insured()).toBe(0);
        },
      ),
      { seed },
    );
  });

  it('when many requests of a caller come at once near the limit, then they share questions, and no more are accepted', async () => {
    const { limiter, points } = setUp(10);
    const one = limiter();
    const spent = await Promise.all(Array.from({ length: 50 }, async () => one.spend('ada')));
    expect(spent.filter(({ accepted }) => accepted)).toHaveLength(10);
    expect(points.taken.length).toBeLessThanOrEqual(3);
  });

  it('when Redis says that the window ends sooner, then the process follows', async () => {
    const { clock, limiter, points } = setUp(2);
    await points.shared.take('ada', 1);
    clock.pass(50_000);
    const one = limiter();
    expect(await one.spend('ada')).toMatchObject({ accepted: true });
    expect(await one.spend('ada')).toMatchObject({ accepted: false, resetSeconds: 10 });
    clock.pass(10_000);
    expect(await one.spend('ada')).toMatchObject({ accepted: true, resetSeconds: 60 });
  });
});

describe('limiter without answers of Redis', () => {
  it('when Redis does not answer, then the request is decided by what the process has counted, after the longest wait', async () => {
    const { limiter, points, insured } = setUp(3, 10);
    points.set('holds');
    const one = limiter();
    expect(await useUp(one, 'ada')).toBe(3);
    expect(insured()).toBe(3);
    expect(points.taken).toHaveLength(1);
  });

  it('when points are left, then nobody waits for an answer', () => {
    const { limiter, points } = setUp(1200);
    points.set('holds');
    const one = limiter();
    for (let i = 0; i < 20; i++) expect(one.spend('ada')).toMatchObject({ accepted: true });
    expect(points.taken).toHaveLength(1);
    expect(one.spend('ada')).toBeInstanceOf(Promise);
    points.letGo();
  });

  it.each(['fails', 'is shut'] as const)(
    'when Redis %s, then the process keeps to the limit by itself',
    async (mode) => {
      const { limiter, points, insured } = setUp(200);
      points.set(mode);
      expect(await useUp(limiter(), 'ada')).toBe(200);
      expect(insured()).toBe(200 - unaskedOf(200) + 1);
    },
  );

  it('when Redis is back, then it is told what was spent without it', async () => {
    const { limiter, points } = setUp(100);
    points.set('is shut');
    const one = limiter();
    for (let i = 0; i < 40; i++) expect(await one.spend('ada')).toMatchObject({ accepted: true });
    points.set('answers');
    await one.spend('ada');
    expect(points.consumed('ada')).toBeGreaterThanOrEqual(41);
    const other = limiter();
    expect(await useUp(other, 'ada')).toBeLessThanOrEqual(60);
  });

  it('when the answer comes late, then what it grants counts', async () => {
    const { limiter, points, insured } = setUp(100, 10);
    const one = limiter();
    void one.spend('ada');
    points.set('holds');
    expect(await one.spend('ada')).toMatchObject({ accepted: true });
    expect(insured()).toBe(1);
    points.letGo();
    points.set('answers');
    expect(await useUp(one, 'ada')).toBe(98);
    expect(insured()).toBe(1);
  });
});
