import type { ViewContext } from '../app-context.js';
import type { ReportFormat, ReportView } from '../api/types.js';
import { h } from '../ui/dom.js';

/** A browser needs the address for as long as it takes to open it. */
const addressMs = 60_000;

/** Files need the token that a plain link does not carry, so they are fetched and then opened as the reader's own. */
const openFile = (blob: Blob, format: ReportFormat, { id, type }: ReportView): void => {
  const href = URL.createObjectURL(blob);
  setTimeout(() => URL.revokeObjectURL(href), addressMs);
  const name = format === 'csv' ? `${type}-${id}.csv` : null;
  const link = h('a', { href, download: name, target: name === null ? '_blank' : null, rel: 'noopener' });
  link.click();
};

/** The buttons that open what a report has come to. */
export const createReportFiles =
  ({ calls, messages }: ViewContext) =>
  (report: ReportView): HTMLElement[] => {
    if (report.status !== 'done') return [];
    const button = (format: ReportFormat, text: string): HTMLButtonElement => {
      const open = async (): Promise<void> => {
        element.disabled = true;
        try {
          openFile(await calls.reportFile(report.id, format), format, report);
        } catch (error) {
          messages.failed(error);
        } finally {
          element.disabled = false;
        }
      };
      const element = h(
        'button',
        {
          type: 'button',
          class: 'small',
          'aria-label': `${text}: ${report.type} report ${report.id.slice(-6)}`,
          onclick: () => void open(),
        },
        text,
      );
      return element;
    };
    return [button('html', 'Open'), button('csv', 'CSV')];
  };
