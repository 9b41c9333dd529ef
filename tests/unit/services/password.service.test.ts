import { parseOptions } from '@node-rs/argon2';
import { createPasswordService } from '../../../src/services/password.service.js';
import { expectInTime } from '../../helpers/in-time.js';

describe('password service', () => {
  it('when a password is hashed, then it alone matches, and the cost is 19 MiB, two passes, one lane of argon2id', async () => {
    const passwords = createPasswordService();
    const hash = await passwords.hash('correct horse');
    expect(await passwords.matches('correct horse', hash)).toBe(true);
    expect(await passwords.matches('correct horsf', hash)).toBe(false);
    expect(await passwords.matches('', hash)).toBe(false);
    expect(hash).toMatch(/^\$argon2id\$/);
    expect(parseOptions(hash)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  });

  it('when the same password is hashed twice, then the hashes differ', async () => {
    const passwords = createPasswordService();
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
  });

  it('when the same letters come in another Unicode form, then they match', async () => {
    const passwords = createPasswordService();
    expect(await passwords.matches('cafe\u0301 au lait', await passwords.hash('caf\u00E9 au lait'))).toBe(true);
  });

  it('when there is no hash, then nothing matches', async () => {
    expect(await createPasswordService().matches('anything', undefined)).toBe(false);
  });

  it('when there is no hash, then it takes the time of a comparison with one', async () => {
    const passwords = createPasswordService();
    const hash = await passwords.hash('correct horse');
    const msOf = async (compared: string | undefined) => {
      const start = performance.now();
      await passwords.matches('wrong', compared);
      return performance.now() - start;
    };
    // In turns, so that both meet the same machine.
    let [known, unknown] = [Infinity, Infinity];
    for (let round = 0; round < 15; round++) {
      known = Math.min(known, await msOf(hash));
      unknown = Math.min(unknown, await msOf(undefined));
    }
    expectInTime(unknown / known, 'without a hash', 'of the time with one').toBeGreaterThan(0.6);
    expectInTime(unknown / known, 'without a hash', 'of the time with one').toBeLessThan(1.7);
  });

  it('when more come than may run and wait, then the rest are told to come back and the others are served', async () => {
    const passwords = createPasswordService({ runningMax: 2, waitingMax: 3 });
    // What a free slot takes up leaves the queue a moment later, so the first two are let in before the crowd comes.
    const running = [passwords.matches('x', undefined), passwords.matches('x', undefined)];
    await Promise.resolve();
    const crowd = Array.from({ length: 10 }, () => passwords.matches('x', undefined));
    const outcomes = await Promise.allSettled([...running, ...crowd]);
    const refusals = outcomes.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(7);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ reason: { code: 'UNAVAILABLE', headers: { 'Retry-After': '1' } } });
    }
    // The crowd is gone, so there is room again.
    expect(await passwords.matches('x', undefined)).toBe(false);
  });
});
