import { kinds } from '../../../../load/faults/kinds.js';
import { planOf, sayFault } from '../../../../load/faults/plan.js';

const seeds = Array.from({ length: 400 }, (_each, seed) => seed);

describe('planOf', () => {
  it('when a seed comes again, then its plan does, to the last number; and another seed has another', () => {
    expect(planOf(7)).toEqual(planOf(7));
    expect(new Set(seeds.map((seed) => planOf(seed).digest)).size).toBe(seeds.length);
  });

  it('when many plans are made, then every kind of fault and every target is drawn', () => {
    const drawn = new Set(seeds.flatMap((seed) => planOf(seed).faults.map(({ kind, target }) => `${kind} ${target}`)));
    const all = new Set(kinds.flatMap(({ name, targets }) => targets.map((target) => `${name} ${target}`)));
    // A few of the rarest may be missing; none may be unknown.
    expect([...drawn].filter((each) => !all.has(each))).toEqual([]);
    expect(new Set([...drawn].map((each) => each.split(' ')[0])).size).toBe(kinds.length);
    expect(drawn.size).toBeGreaterThan(all.size / 2);
  });

  it('when faults are drawn, then they stay in their bounds, never two on the same thing, and people outlast them', () => {
    for (const seed of seeds) {
      const { faults, loadMs } = planOf(seed);
      expect(faults.length).toBeGreaterThanOrEqual(2);
      expect(
        faults.filter(({ target, kind }) => target.includes('mongo') || kind === 'mongo-disk-full').length,
      ).toBeLessThan(2);
      for (const { kind, atMs, lastsMs, amount } of faults) {
        const { lastsMs: lasts, amount: amounts } = kinds.find(({ name }) => name === kind) ?? kinds[0];
        expect(lastsMs).toBeGreaterThanOrEqual(lasts[0]);
        expect(lastsMs).toBeLessThanOrEqual(lasts[1]);
        expect(amount).toBeGreaterThanOrEqual(amounts[0]);
        expect(amount).toBeLessThanOrEqual(amounts[1]);
        expect(loadMs).toBeGreaterThan(atMs + lastsMs);
      }
    }
  });

  it('when a fault is said, then it has its kind, its target, its time and what else it has', () => {
    const said = sayFault({ kind: 'reset', target: 'client>orders', atMs: 1_200, lastsMs: 500, amount: 3 });
    expect(said).toBe('reset client>orders at 1.2 s for 0.5 s (3)');
  });
});
