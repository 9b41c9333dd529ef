import type { StockRow } from '../../models/report-queries.js';
import type { CsvCell } from '../../utils/csv.js';
import { moneyText } from '../../utils/money.js';
import { barChart } from './charts.js';
import { createTop, minuteText, shownMax, type DraftOf } from './draft.js';
import { renderPage } from './page.js';

const plotted = 20;

const isLow = ({ stock, lowStockThreshold }: StockRow): boolean =>
  lowStockThreshold !== null && stock <= lowStockThreshold;

/** What all rows come to. */
const createTotals = () => {
  const largest = createTop<StockRow>(plotted, (one, other) => other.stock - one.stock);
  const low = createTop<StockRow>(shownMax, (one, other) => one.stock - other.stock);
  const worth = new Map<string, number>();
  const count = { products: 0, stock: 0, reserved: 0, sold: 0, low: 0, soldOut: 0 };
  return {
    largest,
    low,
    worth,
    count,
    add: (row: StockRow): void => {
      count.products++;
      count.stock += row.stock;
      count.reserved += row.reserved;
      count.sold += row.sold;
      if (row.stock === 0) count.soldOut++;
      largest.add(row);
      worth.set(row.currency, (worth.get(row.currency) ?? 0) + row.stock * row.price);
      if (!isLow(row)) return;
      count.low++;
      low.add(row);
    },
  };
};

type Totals = ReturnType<typeof createTotals>;

const pageOf = ({ count, largest, low, worth }: Totals, at: Date): string =>
  renderPage({
    title: 'Stock',
    subtitle: `All products, as of ${minuteText(at)}`,
    facts: [
      ['Products', String(count.products)],
      ['To be sold', String(count.stock)],
      ['Reserved', String(count.reserved)],
      ['Sold', String(count.sold)],
      ['Low', String(count.low)],
      ['Sold out', String(count.soldOut)],
      ...[...worth].map(([currency, value]) => [`Worth in ${currency}`, moneyText(value, currency)] as const),
    ],
    charts: [
      barChart(
        `Largest stocks (${Math.min(plotted, count.products)} of ${count.products} products)`,
        largest.list().map(({ sku, stock }) => ({ label: sku, value: stock })),
      ),
    ],
    tables: [
      {
        title: 'Low stock',
        columns: ['SKU', 'Name', 'Stock#', 'Threshold#', 'Reserved#', 'Sold#'],
        rows: low
          .list()
          .map((row) => [row.sku, row.name, row.stock, row.lowStockThreshold ?? '', row.reserved, row.sold]),
        ...(count.low > shownMax ? { note: `${count.low - shownMax} more are in the CSV.` } : {}),
      },
    ],
  });

/** All live products with what is on hand, to be sold, reserved and sold. */
export const stockReport: DraftOf = async (queries, _report, at) => {
  const totals = createTotals();
  const rows = async function* (): AsyncGenerator<readonly CsvCell[]> {
    for await (const row of queries.stockRows()) {
      totals.add(row);
      const { _id, sku, name, price, currency, stock, reserved, sold, lowStockThreshold } = row;
      const onHand = stock + reserved;
      yield [
        _id,
        sku,
        name,
        onHand,
        stock,
        reserved,
        sold,
        lowStockThreshold,
        isLow(row) ? 'yes' : 'no',
        price,
        currency,
      ];
    }
  };
  return {
    columns: 'productId,sku,name,onHand,stock,reserved,sold,lowStockThreshold,low,price,currency'.split(','),
    rows: rows(),
    expected: await queries.countProducts(),
    page: () => pageOf(totals, at),
  };
};
