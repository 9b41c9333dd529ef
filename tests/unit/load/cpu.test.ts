import { cpuUsOf, cpuUsOfStat } from '../../../load/bench/cpu.js';

const line = (name: string) =>
  `4711 (${name}) S 1 4711 4711 0 -1 4194560 9 0 0 0 25 17 3 4 20 0 11 0 99 1 1 18446744073709551615`;

describe('cpuUsOfStat', () => {
  it('when a stat line is read, then user and system ticks are added up in microseconds', () => {
    expect(cpuUsOfStat(line('node'))).toBe(420_000);
  });
  it('when the name holds spaces and brackets, then it does not shift the fields', () => {
    expect(cpuUsOfStat(line('a) S 9 (b'))).toBe(420_000);
  });
});

describe('cpuUsOf', () => {
  it('when a process is not there, then it says null rather than nothing used', () => {
    expect(cpuUsOf([0x7fffffff])).toBeNull();
  });
});
