import type { DropResult, DropStart } from '../../api/types.js';
import { duration, plural, words } from '../../lib/format.js';
import { hashOf } from '../../lib/route.js';
import { h } from '../../ui/dom.js';
import { panel } from '../../ui/heading.js';
import { notice } from '../../ui/notice.js';
import { auditResult } from '../product/audit.js';

/** What a drop came to in a sentence, which is also what is announced. */
export const resultSentence = ({ won, refused, failed, soldOutMs }: DropResult): string => {
  const others = `${plural(refused, 'buyer')} refused${failed > 0 ? `, ${plural(failed, 'buyer')} failed` : ''}`;
  const end = soldOutMs === null ? 'not sold out' : `sold out in ${duration(soldOutMs)}`;
  return `${plural(won, 'buyer')} won, ${others}, ${end}.`;
};

const fact = (title: string, value: string): HTMLElement => h('div', {}, h('dt', {}, title), h('dd', {}, value));

/** The end of a drop: what it came to, how long buyers waited, and what the ledger says of it. */
export const dropResult = (
  { product }: DropStart,
  result: DropResult,
  outcomes: readonly (readonly [string, number])[],
) => {
  const { p50, p90, p99, max } = result.latencyMs;
  const cut = { deadline: 'It ran into its deadline.', stopping: 'The service is stopping.' };
  const codes = outcomes.map(([outcome, times]) => fact(words(outcome), plural(times, 'buyer')));
  return h(
    'div',
    { class: 'grid' },
    panel(
      'Result',
      h('p', {}, resultSentence(result)),
      result.cutShort !== null && h('p', {}, `Not all buyers came. ${cut[result.cutShort]}`),
      h('dl', { class: 'facts' }, ...codes),
      h('h3', {}, 'How long a buyer waited'),
      h(
        'dl',
        { class: 'facts' },
        ...[fact('Half within', duration(p50)), fact('9 of 10', duration(p90)), fact('99 of 100', duration(p99))],
        fact('At most', duration(max)),
      ),
      h('p', {}, h('a', { href: hashOf('products', product.id) }, `Open ${product.name}`)),
    ),
    panel(
      'Audit',
      result.audit === null
        ? notice({ kind: 'warning', title: 'It could not be made', text: 'Open the product and audit it there.' })
        : auditResult(result.audit),
    ),
  );
};
