import type { View, ViewContext } from '../app-context.js';
import { isCalledOff } from '../api/api-error.js';
import type { DropWish } from '../api/types.js';
import { count, duration, plural } from '../lib/format.js';
import { outcomesOf, type DropRun } from '../lib/drop-run.js';
import { runDrop } from '../live/drop-stream.js';
import { fill, h, setText } from '../ui/dom.js';
import { heading, panel } from '../ui/heading.js';
import { notice } from '../ui/notice.js';
import { createPlot } from '../ui/plot.js';
import { createBuyerGrid } from './drop/buyer-grid.js';
import { createDropForm } from './drop/drop-form.js';
import { createDropNumbers } from './drop/drop-numbers.js';
import { dropResult, resultSentence } from './drop/drop-result.js';

const createCurve = ({ theme, signal }: ViewContext) =>
  createPlot({
    ...{ title: 'Stock curve', xLabel: 'Seconds', isTime: false, formatX: (x) => `${x.toFixed(1)} s`, formatY: count },
    series: [
      { label: 'left', color: '--plot-1', filled: true, stepped: 'until' },
      { label: 'refused', color: '--plot-2', line: 'dashed', stepped: 'until' },
    ],
    ...{ themeChanges: theme.changes, signal, yMin: 5 },
  });

/** What is drawn of a drop while it runs. */
const createStage = (context: ViewContext) => {
  const numbers = createDropNumbers();
  const curve = createCurve(context);
  const grid = createBuyerGrid();
  const status = h('p', { class: 'lead', role: 'status' });
  const result = h('div', {});
  const element = h(
    'div',
    { class: 'stage' },
    ...[status, numbers.element],
    h('div', { class: 'grid' }, h('div', { class: 'panel' }, curve.element), panel('Who won', grid.element)),
    result,
  );
  element.hidden = true;
  const drawCurve = (run: DropRun): void => {
    const xs = run.curve.map(({ atMs }) => atMs / 1_000);
    const last = run.progress;
    const summary = last === null ? '' : `${plural(last.stock, 'unit')} left after ${duration(last.atMs)}.`;
    curve.set([xs, run.curve.map(({ stock }) => stock), run.curve.map(({ refused }) => refused)], summary);
  };
  return {
    element,
    begin: ({ buyers, units }: DropWish): void => {
      element.hidden = false;
      setText(status, `${plural(buyers, 'buyer')} for ${plural(units, 'unit')}: running…`);
      fill(result);
      grid.begin(buyers);
    },
    show: (run: DropRun): void => {
      numbers.show(run);
      drawCurve(run);
      grid.show(run);
    },
    end: (run: DropRun): void => {
      if (run.result === null || run.started === null) {
        setText(status, 'The drop ended before the service said what came of it. Run it again.');
        return;
      }
      setText(status, resultSentence(run.result));
      fill(result, dropResult(run.started, run.result, outcomesOf(run)));
    },
    stopped: (): void => setText(status, 'Stopped. What was sold until then stays sold.'),
    failed: (): void => setText(status, 'It did not come to an end.'),
  };
};

/** A burst of made-up buyers against a demo product, watched as it happens. */
export const dropView: View = (context) => {
  const { client, signal } = context;
  const stage = createStage(context);
  let stopping = new AbortController();
  const stop = h('button', { type: 'button', onclick: () => stopping.abort() }, 'Stop');
  stop.hidden = true;

  const run = async (wish: DropWish): Promise<void> => {
    stopping = new AbortController();
    const both = AbortSignal.any([signal, stopping.signal]);
    stop.hidden = false;
    stage.begin(wish);
    try {
      stage.end(await runDrop(client, { wish, signal: both, changed: stage.show }));
    } catch (error) {
      if (isCalledOff(error)) stage.stopped();
      else stage.failed();
      throw error;
    } finally {
      stop.hidden = true;
    }
  };
  const about = notice({
    kind: 'info',
    title: 'Real purchases of a product that is made for it',
    text: 'Every buyer is a customer of their own and wants one unit. Nobody can win what is not there: the audit at the end proves it.',
  });
  return h(
    'div',
    {},
    heading('Run a drop', 'Many buyers, little stock: watch who wins.'),
    h('div', { class: 'side' }, panel('The drop', createDropForm({ run, stop })), about),
    stage.element,
  );
};
