import { words } from '../lib/format.js';
import { h } from './dom.js';

export type Tone = 'good' | 'bad' | 'warning' | 'busy' | 'quiet';

/** Shapes beside the colours, for those who don't tell these apart. */
const shapes: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', warning: '!', busy: '◔', quiet: '–' };

const tones: Readonly<Record<string, Tone>> = {
  confirmed: 'good',
  done: 'good',
  completed: 'good',
  active: 'busy',
  running: 'busy',
  pending: 'busy',
  queued: 'busy',
  waiting: 'busy',
  delayed: 'warning',
  rejected: 'bad',
  failed: 'bad',
  cancelled: 'quiet',
};

/** A state in a word. */
export const pill = (text: string, tone: Tone): HTMLElement =>
  h(
    'span',
    { class: `pill pill-${tone}` },
    h('span', { class: 'pill-shape', 'aria-hidden': 'true' }, shapes[tone]),
    text,
  );

/** The state of an order, a job or a report. */
export const statusPill = (status: string): HTMLElement => pill(words(status), tones[status] ?? 'quiet');

/** How far something is, in per cent. */
export const progressBar = (percent: number, what: string): HTMLElement =>
  h(
    'span',
    { class: 'progress' },
    h('progress', { max: 100, value: percent, 'aria-label': what }),
    h('span', { class: 'number' }, `${String(Math.round(percent))} %`),
  );
