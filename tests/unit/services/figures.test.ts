import { Registry } from 'prom-client';
import {
  createLook,
  createPairTally,
  createTally,
  watchFigure,
  watchFigureOf,
  watchFiguresBy,
} from '../../../src/services/figures.js';

const name = 'a_figure';
const help = 'What it is';

describe('figures', () => {
  let registry: Registry;
  beforeEach(() => (registry = new Registry()));
  const lines = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('when somebody looks, then a watched figure is asked for anew', async () => {
    let figure = 1;
    watchFigure(registry, { name, help }, () => figure);
    expect(await lines()).toEqual(['a_figure 1']);
    figure = 2;
    expect(await lines()).toEqual(['a_figure 2']);
  });

  it('when a label is gone at the next look, then its figure is too', async () => {
    let figures: [string, number][] = [['up', 1]];
    watchFiguresBy(registry, { name, help, label: 'state' }, () => figures);
    expect(await lines()).toEqual(['a_figure{state="up"} 1']);
    figures = [['down', 1]];
    expect(await lines()).toEqual(['a_figure{state="down"} 1']);
  });

  it('when several figures are made of what a server says, then it is asked once a look', async () => {
    let asked = 0;
    const look = createLook(() => Promise.resolve(++asked));
    watchFigureOf(registry, { name, help }, look, (said) => said);
    watchFigureOf(registry, { name: 'its_double', help }, look, (said) => 2 * said);
    expect(await lines()).toEqual(['a_figure 1', 'its_double 2']);
    expect(await lines()).toEqual(['a_figure 2', 'its_double 4']);
  });

  it.each([
    ['refuses', () => Promise.reject(new Error('away'))],
    [
      'throws at once',
      () => {
        throw new Error('away');
      },
    ],
    ['is silent', () => new Promise<number>(() => undefined)],
  ])('when a server %s, then the figure is no number, in bounded time', async (_what, read) => {
    let answers = true;
    const look = createLook(() => (answers ? Promise.resolve(7) : read()));
    watchFigureOf(registry, { name, help }, look, (said) => said);
    expect(await lines()).toEqual(['a_figure 7']);
    answers = false;
    expect(await lines()).toEqual(['a_figure Nan']);
    answers = true;
    expect(await lines()).toEqual(['a_figure 7']);
  });

  it('when a tally knows its values, then they are at zero from the start and others come when they happen', async () => {
    const count = createTally(registry, { name: 'happened_total', help, label: 'what', values: ['good', 'bad'] });
    expect(await lines()).toEqual(['happened_total{what="good"} 0', 'happened_total{what="bad"} 0']);
    count('good');
    count('good', 2);
    count('odd');
    const counted = ['happened_total{what="good"} 3', 'happened_total{what="bad"} 0', 'happened_total{what="odd"} 1'];
    expect(await lines()).toEqual(counted);
    expect(await lines()).toEqual(counted);
  });

  it('when a pair is counted, then its first label shows every second one', async () => {
    const { count, begin } = createPairTally(registry, {
      name: 'happened_total',
      help,
      labels: ['queue', 'outcome'],
      seconds: ['done', 'dead'],
    });
    expect(await lines()).toEqual([]);
    count('mails', 'dead');
    begin('reports');
    begin('mails');
    expect(await lines()).toEqual([
      'happened_total{queue="mails",outcome="done"} 0',
      'happened_total{queue="mails",outcome="dead"} 1',
      'happened_total{queue="reports",outcome="done"} 0',
      'happened_total{queue="reports",outcome="dead"} 0',
    ]);
  });
});
