import { count } from '../lib/format.js';
import { h, setText } from './dom.js';

export interface StockNumbers {
  stock: number;
  reserved: number;
  sold: number;
}

export interface StockCell {
  element: HTMLElement;
  set: (numbers: StockNumbers) => void;
}

const flashMs = 900;
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** Shows for a moment that something has changed, to those who don't mind. */
const flash = (element: HTMLElement): void => {
  if (stillness.matches || element.getAnimations().length > 0) return;
  element.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], flashMs);
};

/** What is left of a product: the number, and a bar of what is left, held and gone. */
export const createStockCell = (numbers: StockNumbers, lowStockThreshold: number | null): StockCell => {
  const number = h('span', { class: 'stock-number' });
  const bar = h('span', { class: 'stock-bar', 'aria-hidden': 'true' }, h('span', { class: 'stock-held' }), h('span'));
  const element = h('span', { class: 'stock' }, number, bar);
  const set = ({ stock, reserved, sold }: StockNumbers): void => {
    const all = Math.max(1, stock + reserved + sold);
    setText(number, count(stock));
    const level = stock === 0 ? 'none' : stock <= (lowStockThreshold ?? 0) ? 'low' : 'plenty';
    element.dataset['level'] = level;
    bar.style.setProperty('--left', String(stock / all));
    bar.style.setProperty('--held', String((stock + reserved) / all));
  };
  set(numbers);
  return {
    element,
    set: (next) => {
      set(next);
      flash(number);
    },
  };
};
