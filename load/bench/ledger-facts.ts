import type { mongo } from 'mongoose';

/** What the rows of one product's sales add up to. */
export interface LineTotals {
  lines: number;
  units: number;
  stockLowest: number | null;
  mostOfOneCustomer: number;
}

export interface LineFields {
  collection: string;
  /** Which rows are sales. */
  match: Record<string, unknown>;
  /** Aggregation expressions for a row's units, its customer and the stock after it. */
  units: string | object;
  customer: string;
  stockAfter: string | null;
}

interface Row extends LineTotals {
  _id: string;
}

/** Adds up the sales of many products in one aggregation, first by customer, then by product. */
export const totalsOfLines = async (
  database: mongo.Db,
  ids: readonly string[],
  { collection, match, units, customer, stockAfter }: LineFields,
): Promise<Map<string, LineTotals>> => {
  const rows = await database
    .collection(collection)
    .aggregate<Row>(
      [
        { $match: { productId: { $in: ids }, ...match } },
        {
          $group: {
            _id: { productId: '$productId', customer },
            lines: { $sum: 1 },
            units: { $sum: units },
            stockLowest: { $min: stockAfter },
          },
        },
        {
          $group: {
            _id: '$_id.productId',
            lines: { $sum: '$lines' },
            units: { $sum: '$units' },
            stockLowest: { $min: '$stockLowest' },
            mostOfOneCustomer: { $max: '$units' },
          },
        },
      ],
      { allowDiskUse: true },
    )
    .toArray();
  return new Map(rows.map(({ _id, ...totals }) => [_id, totals]));
};
