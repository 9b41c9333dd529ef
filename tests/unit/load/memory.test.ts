import { memoryFigures, residentMibOf, type MemorySample } from '../../../load/bench/memory.js';

const every = (seconds: number, mibAt: (second: number) => number): MemorySample[] =>
  Array.from({ length: seconds }, (_, i) => ({ second: i + 1, mib: mibAt(i + 1) }));

describe('residentMibOf', () => {
  it('when the kernel tells of a process, then its resident memory is taken, in MiB', () => {
    expect(residentMibOf('Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\nThreads:\t11\n')).toBe(100);
  });
  it('when it tells of none, as of a process that has ended, then it is no number', () => {
    expect(residentMibOf('Name:\tnode\n')).toBeNaN();
  });
});

describe('memoryFigures', () => {
  it('when it lasted ten minutes, then the end is held against what was there after the first', () => {
    const samples = every(600, (second) => (second < 55 ? 80 : second < 70 ? 100 : second < 590 ? 150 : 120));
    expect(memoryFigures(samples)).toEqual({ minuteOneMiB: 100, endMiB: 120, mostMiB: 150 });
  });
  it('when one sample is out of the way, then it changes nothing', () => {
    const samples = every(600, (second) => (second === 60 || second === 598 ? 900 : 100));
    expect(memoryFigures(samples)).toMatchObject({ minuteOneMiB: 100, endMiB: 100 });
  });
  it('when it was shorter than two minutes, then the first tenth stands for the first minute', () => {
    expect(memoryFigures(every(60, (second) => (second < 10 ? 50 : 75)))).toMatchObject({
      minuteOneMiB: 50,
      endMiB: 75,
    });
  });
  it('when nothing was seen, then there are no figures', () => {
    expect(memoryFigures([])).toBeNull();
  });
});
