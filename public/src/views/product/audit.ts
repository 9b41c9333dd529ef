import type { ViewContext } from '../../app-context.js';
import type { Audit } from '../../api/types.js';
import { count, plural, timeOfDay } from '../../lib/format.js';
import { h } from '../../ui/dom.js';
import { panel } from '../../ui/heading.js';
import { notice } from '../../ui/notice.js';
import { remote } from '../../ui/remote.js';

const fact = (title: string, value: number): HTMLElement => h('div', {}, h('dt', {}, title), h('dd', {}, count(value)));

/** What the ledger, replayed line by line, says of a product. */
export const auditResult = (audit: Omit<Audit, 'faults'> & { faults?: readonly string[] }): HTMLElement =>
  h(
    'div',
    { class: 'stack' },
    notice(
      audit.consistent
        ? {
            kind: 'good',
            title: 'The ledger agrees',
            text: `${plural(audit.lines, 'line')}, no gap, every balance right.`,
          }
        : {
            ...{ kind: 'error', title: 'The ledger does not agree' },
            text: `${(audit.faults ?? []).join('; ')}. An operator mends it: npm run audit -- --repair.`,
          },
    ),
    h(
      'dl',
      { class: 'facts' },
      ...[
        fact('Came in', audit.received),
        fact('Sold', audit.sold),
        fact('Held', audit.reserved),
        fact('Left', audit.stock),
      ],
    ),
  );

/** The audit of a product, with a button that makes it anew. */
export const createAudit = (id: string, { calls, signal }: ViewContext): HTMLElement => {
  const box = h('div', { role: 'status' });
  const again = remote(box, {
    ...{ what: 'the audit', signal },
    load: async () => (await calls.audit(id, signal)).data,
    show: (audit) => [
      auditResult(audit),
      h('p', { class: 'quiet after' }, `As of ${timeOfDay(new Date().toISOString())}.`),
    ],
  });
  const button = h('button', { type: 'button', onclick: () => void again() }, 'Audit again');
  return panel('Audit', box, h('div', { class: 'actions after' }, button));
};
