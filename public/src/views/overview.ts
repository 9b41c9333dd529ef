import { isAdmin, type View, type ViewContext } from '../app-context.js';
import { hashOf } from '../lib/route.js';
import { h } from '../ui/dom.js';
import { heading, panel } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { createFiguresTrouble } from './overview/figures-trouble.js';
import { createOverviewPlots } from './overview/plots.js';
import { createRefusals } from './overview/refusals.js';
import { createRunningJobs } from './overview/running-jobs.js';
import { createTiles } from './overview/tiles.js';
import { createProductTable } from './product-table.js';

const shownProducts = 8;

const productsPanel = (context: ViewContext): HTMLElement => {
  const { calls } = context;
  const table = createProductTable(context, {
    load: async (_cursor, signal) => {
      const answer = await calls.products({ sort: '-createdAt', limit: shownProducts }, null, signal);
      return { ...answer, nextCursor: null };
    },
    empty: () =>
      notice({
        ...{ kind: 'empty', title: 'Nothing is on sale yet' },
        text: h(
          'span',
          {},
          'Make a product under ',
          h('a', { href: hashOf('products') }, 'Products'),
          ', or run a drop.',
        ),
      }),
  });
  void table.refresh().catch(() => undefined);
  return panel('Newest products', table.element, h('p', {}, h('a', { href: hashOf('products') }, 'All products')));
};

/** What the service does this second, and what waits in it. */
export const overviewView: View = (context) => {
  const { figures, signal } = context;
  const tiles = createTiles(figures.state, signal);
  const plots = createOverviewPlots(context);
  const view = h(
    'div',
    {},
    heading('Overview', 'One process, from second to second; counters since it started.', drop()),
    createFiguresTrouble(figures.state, signal),
    tiles,
    h('div', { class: 'grid' }, ...plots),
    h(
      'div',
      { class: 'side' },
      productsPanel(context),
      h(
        'div',
        { class: 'stack' },
        createRefusals(figures.state, signal),
        isAdmin(context) && createRunningJobs(context),
      ),
    ),
  );
  figures.use(signal);
  return view;
};

const drop = (): HTMLElement => h('a', { class: 'button primary', href: hashOf('drop') }, 'Run a drop');
