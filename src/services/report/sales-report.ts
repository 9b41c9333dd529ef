import type { SalesRow } from '../../models/report-queries.js';
import type { CsvCell } from '../../utils/csv.js';
import { moneyText } from '../../utils/money.js';
import { barChart } from './charts.js';
import { periodText, shownMax, type DraftOf } from './draft.js';
import { renderPage } from './page.js';
import { createBuckets, unitFor } from './time-buckets.js';

/** Without `from`, the days before `to` that are looked at. */
const daysByDefault = 30;
const dayMs = 86_400_000;
/** Currencies that get a plot of their own. */
const plottedCurrencies = 4;

/** Sales over time, by product and currency, what was given back taken off. */
export const salesReport: DraftOf = async (queries, report, at) => {
  const to = report.to ?? at;
  const from = report.from ?? new Date(to.getTime() - daysByDefault * dayMs);
  const unit = unitFor(from, to);
  const units = createBuckets(unit);
  const revenues = new Map<string, { total: number; buckets: ReturnType<typeof createBuckets> }>();
  const total = { sold: 0, returned: 0 };
  const best = await queries.bestSellers(from, to, shownMax);

  const gather = (row: SalesRow): void => {
    total.sold += row.sold;
    total.returned += row.returned;
    units.add(row.at, row.sold - row.returned);
    const revenue = revenues.get(row.currency) ?? { total: 0, buckets: createBuckets(unit) };
    revenues.set(row.currency, revenue);
    revenue.total += row.revenue;
    revenue.buckets.add(row.at, row.revenue);
  };
  const rows = async function* (): AsyncGenerator<readonly CsvCell[]> {
    for await (const row of queries.salesRows(from, to, unit)) {
      gather(row);
      yield [row.at, row.productId, row.sku, row.name, row.sold, row.returned, row.revenue, row.currency];
    }
  };

  const page = (): string => {
    const charts = [...revenues]
      .sort(([, one], [, other]) => other.total - one.total)
      .slice(0, plottedCurrencies)
      .map(([currency, { buckets }]) => barChart(`Revenue by ${unit} in ${currency}, minor units`, buckets.points()));
    return renderPage({
      title: 'Sales',
      subtitle: `${periodText(from, to)}, by ${unit}`,
      facts: [
        ['Units sold', String(total.sold)],
        ['Units given back', String(total.returned)],
        ...[...revenues].map(([currency, sum]) => [`Revenue in ${currency}`, moneyText(sum.total, currency)] as const),
      ],
      charts: [barChart(`Units by ${unit}`, units.points()), ...charts],
      tables: [
        {
          title: 'Products by units sold',
          columns: ['SKU', 'Name', 'Sold#', 'Given back#', 'Revenue#'],
          rows: best.map(({ sku, name, sold, returned, revenue, currency }) => [
            sku ?? '',
            name ?? '',
            sold,
            returned,
            moneyText(revenue, currency),
          ]),
          ...(best.length === shownMax ? { note: `The first ${shownMax}; all are in the CSV.` } : {}),
        },
      ],
    });
  };
  return {
    columns: [unit, ...'productId,sku,name,sold,returned,revenue,currency'.split(',')],
    rows: rows(),
    expected: 0,
    page,
  };
};
