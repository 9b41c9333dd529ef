import { Schema, type Connection } from 'mongoose';

/** An event in a queue of the stand-in for RabbitMQ. */
export interface DeliveryDocument {
  /** `queue:eventId`, so that an event that is published twice stands in a queue once. */
  _id: string;
  queue: string;
  eventId: string;
  type: string;
  /** The event as JSON. */
  body: string;
  failures: number;
  /** Not before; by the clock of the process that wrote it. */
  dueAt: Date;
}

/** Which types of event go into which queue, kept as a broker keeps bindings. */
export interface EventQueueDocument {
  _id: string;
  bindings: string[];
}

export interface DeadLetterDocument {
  _id: string;
  queue: string;
  eventId: string;
  type: string;
  body: string;
  failures: number;
  reason: string;
  at: Date;
}

export const deliveryCollection = 'event_deliveries';
export const eventQueueCollection = 'event_queues';
export const deadLetterCollection = 'dead_letters';

const text = { type: String, required: true } as const;
const message = {
  _id: text,
  queue: text,
  eventId: text,
  type: text,
  body: text,
  failures: { type: Number, required: true },
} as const;

export const createDeliveryModel = (connection: Connection) => {
  const schema = new Schema(
    { ...message, dueAt: { type: Date, required: true } },
    { collection: deliveryCollection, versionKey: false },
  );
  schema.index({ queue: 1, dueAt: 1 });
  return connection.model('EventDelivery', schema);
};

export const createEventQueueModel = (connection: Connection) =>
  connection.model(
    'EventQueue',
    new Schema(
      { _id: text, bindings: { type: [String], required: true } },
      { collection: eventQueueCollection, versionKey: false },
    ),
  );

export const createDeadLetterModel = (connection: Connection) => {
  const schema = new Schema(
    { ...message, reason: text, at: { type: Date, required: true } },
    { collection: deadLetterCollection, versionKey: false },
  );
  schema.index({ at: 1 });
  return connection.model('DeadLetter', schema);
};
