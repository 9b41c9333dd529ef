import type { LedgerRow, StockRow } from '../../models/report-queries.js';
import { AppError } from '../../utils/errors.js';
import type { CsvCell } from '../../utils/csv.js';
import { moneyText } from '../../utils/money.js';
import { barChart, stepChart, type Point } from './charts.js';
import { minuteText, periodText, shownMax, type DraftOf } from './draft.js';
import { renderPage } from './page.js';
import { createBuckets, unitFor } from './time-buckets.js';

/** Points of the running balance that a plot shows; of more, evenly many are left out. */
const pointsMax = 400;

/** A series of any length as some hundred points: when there are too many, every second goes, and then every second is taken. */
const createThinned = () => {
  let points: Point[] = [];
  let stride = 1;
  let seen = 0;
  return {
    add: (point: Point): void => {
      if (seen++ % stride !== 0) return;
      points.push(point);
      if (points.length < pointsMax) return;
      points = points.filter((_point, index) => index % 2 === 0);
      stride *= 2;
    },
    points: (): readonly Point[] => points,
  };
};

/** What the lines of a ledger come to, and the last of them. */
const createLedgerSums = (from: Date, to: Date) => {
  const unit = unitFor(from, to);
  const balance = createThinned();
  const sales = createBuckets(unit);
  const revenue = new Map<string, number>();
  const sum = { lines: 0, sold: 0, reserved: 0, received: 0 };
  let latest: LedgerRow[] = [];
  return {
    unit,
    balance,
    sales,
    revenue,
    sum,
    latest: () => latest.slice(-shownMax).reverse(),
    add: (row: LedgerRow): void => {
      sum.lines++;
      sum.sold += row.soldDelta;
      sum.reserved += row.reservedDelta;
      sum.received += row.delta + row.soldDelta + row.reservedDelta;
      balance.add({ label: minuteText(row.createdAt).slice(5, 16), value: row.stockAfter });
      if (row.soldDelta !== 0) sales.add(row.createdAt, row.soldDelta);
      if (row.unitPrice !== null && row.soldDelta !== 0) {
        const currency = row.currency ?? '';
        revenue.set(currency, (revenue.get(currency) ?? 0) + row.soldDelta * row.unitPrice);
      }
      latest.push(row);
      if (latest.length >= shownMax * 4) latest = latest.slice(-shownMax);
    },
  };
};

type LedgerSums = ReturnType<typeof createLedgerSums>;

const pageOf = (product: StockRow, sums: LedgerSums, period: string): string =>
  renderPage({
    title: `${product.name} (${product.sku})`,
    subtitle: `Ledger of ${period}`,
    facts: [
      ['To be sold now', String(product.stock)],
      ['Reserved now', String(product.reserved)],
      ['Lines', String(sums.sum.lines)],
      ['Received', String(sums.sum.received)],
      ['Sold', String(sums.sum.sold)],
      ...[...sums.revenue].map(([currency, value]) => [`Revenue in ${currency}`, moneyText(value, currency)] as const),
    ],
    charts: [
      stepChart('Stock after each movement', sums.balance.points()),
      barChart(`Units sold by ${sums.unit}`, sums.sales.points()),
    ],
    tables: [
      {
        title: 'Latest movements',
        columns: ['Seq#', 'When', 'Type', 'Change#', 'Stock after#', 'Reason', 'Reference'],
        rows: sums
          .latest()
          .map((row) => [
            row.seq,
            minuteText(row.createdAt),
            row.type,
            row.delta,
            row.stockAfter,
            row.reason ?? '',
            row.reference ?? '',
          ]),
        ...(sums.sum.lines > shownMax ? { note: `The latest ${shownMax}; all are in the CSV.` } : {}),
      },
    ],
  });

/** One product's ledger with its running balance, and what it sold. */
export const productReport: DraftOf = async (queries, report, at) => {
  const productId = report.productId ?? '';
  const product = await queries.product(productId);
  if (!product) throw new AppError('NOT_FOUND', { message: `There is no product ${productId}.` });
  const sums = createLedgerSums(report.from ?? product.createdAt, report.to ?? at);
  const rows = async function* (): AsyncGenerator<readonly CsvCell[]> {
    for await (const row of queries.ledgerRows(productId, report)) {
      sums.add(row);
      const { seq, createdAt, type, delta, stockAfter, soldDelta, reservedDelta } = row;
      const bought = [row.unitPrice, row.currency] as const;
      yield [
        seq,
        createdAt,
        type,
        delta,
        stockAfter,
        soldDelta,
        reservedDelta,
        ...bought,
        row.reason,
        row.reference,
        row.actorId,
      ];
    }
  };
  return {
    columns:
      'seq,createdAt,type,delta,stockAfter,soldDelta,reservedDelta,unitPrice,currency,reason,reference,actorId'.split(
        ',',
      ),
    rows: rows(),
    expected: report.from || report.to ? 0 : product.seq,
    page: () => pageOf(product, sums, periodText(report.from, report.to)),
  };
};
