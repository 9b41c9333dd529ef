import { settings } from './settings.ts';

/** What of k6's summary is used here. */
export interface SummaryData {
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> } | undefined>;
}

const shown = ['avg', 'med', 'p(90)', 'p(99)', 'max', 'count', 'rate', 'value'];

/** A short table for the terminal, and all of it as JSON into `SUMMARY_FILE` where that is set. */
export const summarize = (data: SummaryData): Record<string, string> => {
  const lines = ['time_to_answer', 'unexpected', 'units_sold', 'audit_faults', 'dropped_iterations'].flatMap((name) => {
    const metric = data.metrics[name];
    if (metric === undefined) return [];
    const values = shown.flatMap((key) => {
      const value = metric.values[key];
      return value === undefined ? [] : [`${key}=${String(Math.round(value * 1000) / 1000)}`];
    });
    const verdicts = Object.entries(metric.thresholds ?? {}).map(
      ([expression, { ok }]) => `    ${expression}: ${ok ? 'met' : 'MISSED'}`,
    );
    return [`  ${name}: ${values.join(' ')}`, ...verdicts];
  });
  return {
    stdout: `\n${lines.join('\n')}\n`,
    ...(settings.summaryFile === '' ? {} : { [settings.summaryFile]: JSON.stringify(data) }),
  };
};
