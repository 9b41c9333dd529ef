import type { View, ViewContext } from '../app-context.js';
import type { JobView } from '../api/types.js';
import { dateTime, words } from '../lib/format.js';
import { poll } from '../lib/poll.js';
import { h } from '../ui/dom.js';
import { createFilters } from '../ui/filter-select.js';
import { heading } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { createPagedTable } from '../ui/paged-table.js';
import { progressBar, statusPill } from '../ui/pill.js';
import type { Column } from '../ui/table.js';

const queues = ['report-queue', 'mail-queue'] as const;
const statuses = ['waiting', 'delayed', 'active', 'completed', 'failed'] as const;
const everyMs = 2_000;

const jobCell = ({ name, queue, id }: JobView): HTMLElement[] => [
  h('span', { class: 'row-link' }, words(name)),
  h('span', { class: 'quiet block' }, `${queue} · ${id.slice(-12)}`),
];

const stateCell = ({ status, reason }: JobView): HTMLElement[] => [
  statusPill(status),
  ...(reason === null ? [] : [h('span', { class: 'quiet block' }, reason)]),
];

const createRetry =
  ({ calls, messages }: ViewContext, done: () => void) =>
  (job: JobView): HTMLElement | null => {
    if (job.status !== 'failed') return null;
    const retry = async (): Promise<void> => {
      try {
        await calls.retryJob(job.id);
        messages.done('The job is queued again');
      } catch (error) {
        messages.failed(error);
      }
      done();
    };
    return h('button', { type: 'button', class: 'small', onclick: () => void retry() }, 'Retry');
  };

const columnsOf = (retryOf: (job: JobView) => HTMLElement | null): Column<JobView>[] => [
  { title: 'Job', header: true, cell: jobCell },
  { title: 'State', cell: stateCell },
  { title: 'Progress', cell: ({ progress, name }) => progressBar(progress, `Progress of ${name}`) },
  { title: 'Tries', numeric: true, cell: ({ attempts }) => attempts },
  { title: 'Queued', cell: ({ createdAt }) => dateTime(createdAt) },
  { title: 'What to do', actions: true, cell: retryOf },
];

/** Background jobs with their progress; failed ones can be given all their tries again. */
export const jobsView: View = (context) => {
  const { calls, route, signal } = context;
  const wanted = [
    { name: 'queue', label: 'Queue', choices: queues },
    { name: 'status', label: 'State', choices: statuses },
  ];
  const filters = createFilters('jobs', route, wanted, signal);
  const refresh = (): Promise<void> => table.refresh();
  const table = createPagedTable<JobView>({
    caption: 'Jobs',
    columns: columnsOf(createRetry(context, () => void refresh().catch(() => undefined))),
    keyOf: ({ id }) => id,
    noun: ['job', 'jobs'],
    load: (cursor) => calls.jobs(filters.values, cursor, signal),
    empty: () => notice({ kind: 'empty', title: 'No such job', text: 'Reports and welcome mails are made by jobs.' }),
    signal,
  });
  poll({ everyMs, run: refresh, signal });
  return h('div', {}, heading('Jobs', 'Reports and mails, newest first.'), filters.element, table.element);
};
