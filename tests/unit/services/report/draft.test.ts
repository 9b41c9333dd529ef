import { barChart, stepChart } from '../../../../src/services/report/charts.js';
import { createTop } from '../../../../src/services/report/draft.js';
import { renderPage } from '../../../../src/services/report/page.js';
import { createBuckets, startOf, unitFor } from '../../../../src/services/report/time-buckets.js';
import { moneyText } from '../../../../src/utils/money.js';

describe('time buckets', () => {
  const at = (text: string) => new Date(`${text}Z`);

  it('when the time is days, months or years, then hours, days and months are counted', () => {
    expect(unitFor(at('2026-01-01T00:00'), at('2026-01-03T00:00'))).toBe('hour');
    expect(unitFor(at('2026-01-01T00:00'), at('2026-03-01T00:00'))).toBe('day');
    expect(unitFor(at('2024-01-01T00:00'), at('2026-01-01T00:00'))).toBe('month');
    expect(startOf(at('2026-02-28T23:59'), 'month')).toEqual(at('2026-02-01T00:00'));
  });

  it('when nothing happened between two stretches, then the plot shows zeros there', () => {
    const buckets = createBuckets('day');
    buckets.add(at('2026-02-27T10:00'), 2);
    buckets.add(at('2026-03-01T09:00'), 3);
    buckets.add(at('2026-03-01T11:00'), 1);
    expect(buckets.points().map(({ label, value }) => `${label} ${value}`)).toEqual(['02-27 2', '02-28 0', '03-01 4']);
  });

  it('when there would be more stretches than a plot takes, then those in which something happened are shown', () => {
    const buckets = createBuckets('hour');
    buckets.add(at('2020-01-01T00:00'), 1);
    buckets.add(at('2026-01-01T00:00'), 1);
    expect(buckets.points()).toHaveLength(2);
  });
});

describe('createTop', () => {
  it('when many are added, then the best are kept in order', () => {
    const top = createTop<number>(3, (one, other) => other - one);
    for (let value = 0; value < 1_000; value++) top.add((value * 7_919) % 1_000);
    expect(top.list()).toEqual([999, 998, 997]);
  });
});

describe('charts and pages', () => {
  it('when there is nothing to plot, then there is an empty plot and no NaN', () => {
    expect(barChart('Nothing', []) + stepChart('Nothing', [])).not.toMatch(/NaN|Infinity/);
  });

  it('when values are below zero, then no bar has a negative height', () => {
    expect(
      barChart('Returns', [
        { label: 'a', value: -3 },
        { label: 'b', value: 5 },
      ]),
    ).not.toMatch(/height="-/);
  });

  it('when text holds markup, then it is text wherever it stands', () => {
    const nasty = '<img src=x onerror=alert(1)>"\'&';
    const html = renderPage({
      title: nasty,
      subtitle: nasty,
      facts: [[nasty, nasty]],
      charts: [barChart(nasty, [{ label: nasty, value: 1 }])],
      tables: [{ title: nasty, columns: [nasty], rows: [[nasty]], note: nasty }],
    });
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });
});

describe('moneyText', () => {
  it('when a currency has two, no or three decimals, then the amount has so many', () => {
    expect([moneyText(1999, 'USD'), moneyText(1999, 'JPY'), moneyText(1999, '')]).toEqual(['$19.99', '¥1,999', '1999']);
  });
});
