/** Where the work on an order stands between two statements; tests end the process there. */
export type OrderStep =
  // An order is placed, in one transaction.
  | 'order-inserted'
  | 'order-key-inserted'
  | 'order-noted'
  | 'order-placed'
  // Its stock is taken, or refused: the product service's side.
  | 'stock-taken'
  | 'refusal-kept'
  | 'refusal-noted'
  // The order follows.
  | 'outcome-heard'
  | 'outcome-followed'
  // It is cancelled, in one transaction, and the product service gives back what was taken.
  | 'order-cancelled'
  | 'cancel-noted'
  | 'cancel-key-inserted'
  | 'cancel-placed'
  | 'stock-given-back';

/** Told of each step as it is reached. */
export type OnOrderStep = (step: OrderStep) => void;
