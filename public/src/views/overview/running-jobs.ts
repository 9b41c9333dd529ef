import type { ViewContext } from '../../app-context.js';
import type { JobView } from '../../api/types.js';
import { poll } from '../../lib/poll.js';
import { hashOf } from '../../lib/route.js';
import { fill, h } from '../../ui/dom.js';
import { panel } from '../../ui/heading.js';
import { failure } from '../../ui/notice.js';
import { progressBar, statusPill } from '../../ui/pill.js';
import { createTable } from '../../ui/table.js';

const everyMs = 3_000;
const shownMax = 5;

/** The newest jobs and how far they are. */
export const createRunningJobs = ({ calls, signal }: ViewContext): HTMLElement => {
  const table = createTable<JobView>({
    caption: 'The newest jobs',
    keyOf: ({ id }) => id,
    columns: [
      { title: 'Job', header: true, cell: ({ queue, name }) => `${queue.replace(/-queue$/, '')}: ${name}` },
      {
        title: 'State',
        cell: ({ status, progress, name }) =>
          status === 'active' ? progressBar(progress, `Progress of ${name}`) : statusPill(status),
      },
    ],
  });
  const box = h('div', {});
  const all = h('p', {}, h('a', { href: hashOf('jobs') }, 'All jobs'));
  poll({
    ...{ everyMs, signal },
    run: async () => {
      const { data } = await calls.jobs({ limit: shownMax }, null, signal);
      table.set(data);
      const wanted =
        data.length === 0
          ? h('p', { class: 'quiet' }, 'No job yet. Reports and mails are made by jobs.')
          : table.element;
      if (box.firstChild !== wanted) fill(box, wanted);
    },
    failed: (error) => fill(box, failure(error, null)),
  });
  return panel('Newest jobs', box, all);
};
