import type { View, ViewContext } from '../app-context.js';
import type { ReportView } from '../api/types.js';
import { count, dateTime, none, words } from '../lib/format.js';
import { poll } from '../lib/poll.js';
import { hashOf } from '../lib/route.js';
import { h } from '../ui/dom.js';
import { heading, panel } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { createPagedTable } from '../ui/paged-table.js';
import { progressBar, statusPill } from '../ui/pill.js';
import type { Column } from '../ui/table.js';
import { createReportFiles } from './report-files.js';
import { createReportForm } from './report-form.js';

const everyMs = 1_500;

const reportCell = ({ type, productId, id }: ReportView): HTMLElement[] => [
  h('span', { class: 'row-link' }, words(type)),
  productId === null
    ? h('span', { class: 'quiet block' }, id.slice(-12))
    : h('a', { class: 'quiet block', href: hashOf('products', productId) }, 'Its product'),
];

const spanCell = ({ from, to }: ReportView): string =>
  from === null && to === null
    ? 'all of it'
    : `${from === null ? '' : dateTime(from)} – ${to === null ? '' : dateTime(to)}`;

const stateCell = ({ status, progress, reason, type }: ReportView): HTMLElement[] => {
  if (status === 'running') return [progressBar(progress, `Progress of the ${type} report`)];
  return [statusPill(status), ...(reason === null ? [] : [h('span', { class: 'quiet block' }, reason)])];
};

const columnsOf = (filesOf: (report: ReportView) => HTMLElement[]): Column<ReportView>[] => [
  { title: 'Report', header: true, cell: reportCell },
  { title: 'Time', cell: spanCell },
  { title: 'State', cell: stateCell },
  { title: 'Rows', numeric: true, cell: ({ rows }) => (rows === null ? none : count(rows)) },
  { title: 'Asked for', cell: ({ createdAt }) => dateTime(createdAt) },
  { title: 'Open', actions: true, cell: filesOf },
];

const createList = (context: ViewContext) => {
  const { calls, signal } = context;
  return createPagedTable<ReportView>({
    caption: 'Reports',
    columns: columnsOf(createReportFiles(context)),
    keyOf: ({ id }) => id,
    noun: ['report', 'reports'],
    load: (cursor) => calls.reports({}, cursor, signal),
    empty: () => notice({ kind: 'empty', title: 'No reports yet', text: 'Ask for one: it is made in the background.' }),
    signal,
  });
};

/** Reports: asked for, watched while they are made, opened. */
export const reportsView: View = (context) => {
  const { signal } = context;
  const table = createList(context);
  poll({ everyMs, run: table.refresh, signal });
  const form = createReportForm(context, () => void table.refresh().catch(() => undefined));
  return h(
    'div',
    {},
    heading('Reports', 'Made in the background, kept for a week.'),
    h('div', { class: 'side' }, table.element, panel('New report', form)),
  );
};
