import { Schema, type Connection, type Model } from 'mongoose';
import { isDuplicateKey } from './duplicate-key.js';

/** A mail that a server has taken, so that a job that is done again does not send it again. */
export interface SentMailDocument {
  /** The job's id. */
  _id: string;
  at: Date;
}

/** As long as a failed job can be tried again, and some more. */
const keptSeconds = 40 * 86_400;

export const createSentMailModel = (connection: Connection) => {
  const schema = new Schema<SentMailDocument>(
    { _id: { type: String, required: true }, at: { type: Date, required: true } },
    { collection: 'sent_mails', versionKey: false },
  );
  schema.index({ at: 1 }, { expireAfterSeconds: keptSeconds });
  return connection.model<SentMailDocument>('SentMail', schema);
};

export const createSentMails = (sent: Model<SentMailDocument>) => ({
  has: async (id: string): Promise<boolean> => (await sent.exists({ _id: id })) !== null,
  add: async (id: string, at: Date): Promise<void> => {
    try {
      await sent.create({ _id: id, at });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  },
});

export type SentMails = ReturnType<typeof createSentMails>;
