import { Schema, type Connection } from 'mongoose';

/** What a caller is answered: the whole body as JSON text, so that a repeat gets it byte for byte. */
export interface Answer {
  status: number;
  body: string;
  location: string | null;
}

/** An answer that was given before, with the hash of the request that it was given to. */
export interface StoredAnswer {
  hash: string;
  answer: Answer;
}

/** The answer that was given under an idempotency key; written in the transaction that it tells of. */
export interface CommandDocument {
  /** `actorId:key`. */
  _id: string;
  hash: string;
  status: number;
  body: string;
  location: string | null;
  expiresAt: Date;
}

export const commandCollection = 'commands';

/** How long a key is remembered: the contract's 24 hours and one of margin for clocks and for the TTL monitor. */
export const commandKeptMs = 25 * 3_600_000;

export const createCommandModel = (connection: Connection) => {
  const schema = new Schema<CommandDocument>(
    {
      _id: { type: String, required: true },
      hash: { type: String, required: true },
      status: { type: Number, required: true },
      body: { type: String, required: true },
      location: { type: String, default: null },
      expiresAt: { type: Date, required: true },
    },
    { collection: commandCollection, versionKey: false },
  );
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  return connection.model<CommandDocument>('Command', schema);
};
