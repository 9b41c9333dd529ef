/** A product as it is stored. Money in minor units, times as dates; `stock`, `reserved`, `sold`, `seq` move only through the stock engine. */
export interface ProductDocument {
  _id: string;
  sku: string;
  name: string;
  description: string;
  price: number;
  currency: string;
  /** What can be bought now. */
  stock: number;
  /** What live reservations hold. */
  reserved: number;
  /** What has left. */
  sold: number;
  lowStockThreshold: number | null;
  perCustomerLimit: number | null;
  /**
   * Whether the customers' counters know all that was ever bought: `complete` since the product was made with a
   * limit; `ledger` when the limit came later, so a customer without a counter is counted from the ledger first;
   * `none` while there has never been a limit and nobody counts.
   */
  limitHistory: 'none' | 'complete' | 'ledger';
  saleStartsAt: Date | null;
  saleEndsAt: Date | null;
  tags: string[];
  /** Every beginning of every word of the name, the sku and the tags: what `?q=` is looked up in. */
  terms: string[];
  /** Counts the edits of the description. */
  version: number;
  /** Counts the movements of stock; the newest ledger line has the same number. */
  seq: number;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
  deleted: boolean;
}
