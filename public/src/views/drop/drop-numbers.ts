import { count, duration, none } from '../../lib/format.js';
import type { DropRun } from '../../lib/drop-run.js';
import { h, setText } from '../../ui/dom.js';

const numbersOf = ({ started, progress, result }: DropRun): Record<string, string> => {
  const sold = result?.won ?? progress?.sold;
  const refused = result?.refused ?? progress?.refused;
  const failed = result?.failed ?? progress?.failed;
  const left = progress?.stock ?? started?.units;
  const text = (value: number | undefined): string => (value === undefined ? none : count(value));
  const took = result?.tookMs ?? progress?.atMs;
  const soldOut = result === null ? none : result.soldOutMs === null ? 'not' : duration(result.soldOutMs);
  return {
    ...{ Left: text(left), Won: text(sold), Refused: text(refused), Failed: text(failed) },
    Time: took === undefined ? none : duration(took),
    'Sold out in': soldOut,
  };
};

const names = ['Left', 'Won', 'Refused', 'Failed', 'Time', 'Sold out in'] as const;

/** How a drop stands, in numbers. */
export const createDropNumbers = () => {
  const values = names.map((name) => ({ name, value: h('dd', {}, none) }));
  const tiles = values.map(({ name, value }) => h('div', { class: 'tile' }, h('dt', {}, name), value));
  return {
    element: h('dl', { class: 'tiles tiles-six' }, ...tiles),
    show: (run: DropRun): void => {
      const numbers = numbersOf(run);
      for (const { name, value } of values) setText(value, numbers[name] ?? none);
    },
  };
};
