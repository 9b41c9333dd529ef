import { Schema, type Connection } from 'mongoose';

/** What happened to one product in one batch; consumers drop what is not newer than the `seq` that they have seen. */
export interface StockEvent {
  id: string;
  type: 'product.created' | 'stock.changed';
  productId: string;
  /** The newest movement told of, and the first: the ledger has the lines between. */
  seq: number;
  firstSeq: number;
  stock: number;
  reserved: number;
  sold: number;
}

/** The events of one batch, written in its transaction and deleted once they are published. */
export interface OutboxDocument {
  _id: string;
  events: StockEvent[];
  createdAt: Date;
}

export const outboxCollection = 'outbox';

export const createOutboxModel = (connection: Connection) =>
  connection.model<OutboxDocument>(
    'Outbox',
    new Schema<OutboxDocument>(
      {
        _id: { type: String, required: true },
        events: { type: [Schema.Types.Mixed], required: true },
        createdAt: { type: Date, required: true },
      } as never,
      { collection: outboxCollection, versionKey: false },
    ),
  );
