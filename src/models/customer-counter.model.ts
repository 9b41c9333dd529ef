import { Schema, type Connection } from 'mongoose';

/** How many units of a product with a limit a customer has; `_id` is `productId:buyerId`. */
export interface CustomerCounterDocument {
  _id: string;
  units: number;
}

export const customerCounterCollection = 'customer_counters';

export const counterId = (productId: string, buyerId: string): string => `${productId}:${buyerId}`;

export const createCustomerCounterModel = (connection: Connection) =>
  connection.model<CustomerCounterDocument>(
    'CustomerCounter',
    new Schema<CustomerCounterDocument>(
      { _id: { type: String, required: true }, units: { type: Number, required: true } },
      { collection: customerCounterCollection, versionKey: false },
    ),
  );
