import type { LoadReport } from '../scenarios/load-report.js';
import { isSound } from '../scenarios/sound.js';
import { cell, short, whole } from './format.js';

const ms = (value: number | null): string => (value === null ? '–' : short(value));

const answerRows = (report: LoadReport): string[] =>
  [{ action: 'all', ...report.all }, ...report.actions].map(
    ({ action, answers, p50Ms, p99Ms, maxMs }) =>
      `  ${cell(action, 18)} ${whole(answers).padStart(10)} ${ms(p50Ms).padStart(9)} ${ms(p99Ms).padStart(9)} ${ms(maxMs).padStart(9)}`,
  );

const auditRows = ({ audit }: LoadReport): string[] => {
  if (audit === null) return [];
  const { received, stock, reserved, sold, purchases, orders, faults } = audit;
  const sum = `${whole(received)} received = ${whole(stock)} in stock + ${whole(reserved)} reserved + ${whole(sold)} sold`;
  const head = faults.length === 0 ? 'clean' : 'NOT CLEAN';
  return [
    `audit: ${head}, ${sum}; ${whole(purchases)} purchases and ${whole(orders)} orders answered 201`,
    ...faults.slice(0, 10).map((fault) => `  ${fault}`),
  ];
};

/** A run as a table for a terminal. */
export const toLoadTerminal = (report: LoadReport): string =>
  [
    '',
    `${report.scenario}: ${report.about}; ${short(report.seconds)} s by ${report.tool}`,
    `  ${cell('', 18)} ${'answers'.padStart(10)} ${'p50 ms'.padStart(9)} ${'p99 ms'.padStart(9)} ${'max ms'.padStart(9)}`,
    ...answerRows(report),
    ...report.outcomes
      .filter(({ status, expected }) => status >= 400 || !expected)
      .map(({ action, status, code, count, expected }) => {
        const what = status === 0 ? 'no answer' : `${status} ${code}`;
        return `  ${cell(action, 18)} ${whole(count).padStart(10)} ${what}${expected ? '' : ', unexpected'}`;
      }),
    ...report.thresholds.map(
      ({ label, wish, measured, met }) =>
        `${cell(label, 44)} ${short(measured).padStart(9)}  wanted ${cell(wish, 8)} ${met ? 'met' : 'MISSED'}`,
    ),
    ...report.trends.map(
      ({ label, unit, first, last, growthShare, flat }) =>
        `${cell(label, 34)} ${short(first)} -> ${short(last)} ${unit}, ${short(growthShare * 100)} % over the run: ${flat ? 'flat' : 'GROWS'}`,
    ),
    ...auditRows(report),
    isSound(report) ? 'All that was asked was met.' : 'Not all that was asked was met.',
  ].join('\n');
