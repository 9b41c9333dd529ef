import type { LoadReport } from './load-report.js';

/** Whether everything that was asked was found so. */
export const isSound = ({ thresholds, trends, audit }: Pick<LoadReport, 'thresholds' | 'trends' | 'audit'>): boolean =>
  thresholds.every(({ met }) => met) && trends.every(({ flat }) => flat) && (audit?.faults.length ?? 0) === 0;
