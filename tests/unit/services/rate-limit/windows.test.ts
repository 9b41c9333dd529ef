import { createWindows } from '../../../../src/services/rate-limit/windows.js';
import { createClock } from '../../../helpers/fake-points.js';

const setUp = (max: number) => {
  const clock = createClock();
  return { clock, windows: createWindows<number>({ max, now: clock.now }) };
};

describe('windows', () => {
  it('when more callers come than are kept, then memory stays bounded and the oldest are forgotten', () => {
    const { windows } = setUp(10);
    for (let i = 0; i < 1000; i++) {
      windows.set(`caller ${i}`, i);
      expect(windows.size()).toBeLessThanOrEqual(10);
    }
    expect(windows.get('caller 0')).toBeUndefined();
    expect(windows.get('caller 999')).toBe(999);
    expect(windows.get('caller 995')).toBe(995);
  });

  it('when a caller keeps coming, then crowds of others do not push them out', () => {
    const { windows } = setUp(10);
    windows.set('ada', 1);
    for (let i = 0; i < 1000; i++) {
      windows.set(`caller ${i}`, i);
      expect(windows.get('ada')).toBe(1);
    }
  });

  it('when a window is set anew, then the new one counts', () => {
    const { windows } = setUp(4);
    windows.set('ada', 1);
    windows.set('bob', 1);
    windows.set('cy', 1);
    windows.set('ada', 2);
    expect(windows.get('ada')).toBe(2);
  });

  it('when a caller has been away for two windows, then they are forgotten without a crowd', () => {
    const { clock, windows } = setUp(1000);
    windows.set('ada', 1);
    clock.pass(60_000);
    windows.set('bob', 1);
    expect(windows.size()).toBe(2);
    clock.pass(60_000);
    windows.set('cy', 1);
    expect(windows.get('ada')).toBeUndefined();
    expect(windows.size()).toBe(2);
  });
});
