import { Schema, type Connection } from 'mongoose';
import { orderStatuses, type OrderStatus } from '../schemas/order.js';

/** One product of an order, as it was when the order was made. */
export interface OrderedItem {
  productId: string;
  quantity: number;
  /** In minor units of the order's currency. */
  unitPrice: number;
  name: string;
}

/** An order as it is stored. It begins as `pending`; what the product service answers, or a cancel, moves it on. */
export interface OrderDocument {
  _id: string;
  buyerId: string;
  status: OrderStatus;
  /** One for each product. */
  items: OrderedItem[];
  total: number;
  currency: string;
  /** Why it was rejected. */
  reason: { code: string; details?: unknown } | null;
  createdAt: Date;
  updatedAt: Date;
}

export const orderCollection = 'orders';

/** Every list is sorted by id: of one customer's orders, of those in a status, of those with a product in them. */
export const orderIndexes = {
  byBuyer: { buyerId: 1, _id: 1 },
  byStatus: { status: 1, _id: 1 },
  byProduct: { 'items.productId': 1, _id: 1 },
} as const;

const required = { required: true } as const;

/** The schema and indexes of orders; they are written by the order store. */
export const createOrderModel = (connection: Connection) => {
  const schema = new Schema<OrderDocument>(
    {
      _id: { type: String, ...required },
      buyerId: { type: String, ...required },
      status: { type: String, enum: orderStatuses, ...required },
      items: {
        type: [{ _id: false, productId: String, quantity: Number, unitPrice: Number, name: String }],
        ...required,
      },
      total: { type: Number, ...required },
      currency: { type: String, ...required },
      reason: { type: Schema.Types.Mixed, default: null },
      createdAt: { type: Date, ...required },
      updatedAt: { type: Date, ...required },
    },
    { collection: orderCollection, versionKey: false },
  );
  for (const [name, keys] of Object.entries(orderIndexes)) schema.index(keys, { name });
  return connection.model<OrderDocument>('Order', schema);
};
