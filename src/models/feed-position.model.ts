import { Schema, trusted, type Connection, type Model } from 'mongoose';

/** How far a feed has been worked off, by whichever process got furthest. */
export interface FeedPositionDocument {
  _id: string;
  /** Hexadecimal; a later place is a greater text, which is what `$max` goes by. */
  token: string;
  updatedAt: Date;
}

const lookMsMax = 2_000;

export const createFeedPositionModel = (connection: Connection) =>
  connection.model<FeedPositionDocument>(
    'FeedPosition',
    new Schema<FeedPositionDocument>(
      {
        _id: { type: String, required: true },
        token: { type: String, required: true },
        updatedAt: { type: Date, required: true },
      },
      { collection: 'feeds', versionKey: false },
    ),
  );

/** The place up to which everything that follows from the feed `name` has been done. */
export const createFeedPosition = (model: Model<FeedPositionDocument>, name: string) => ({
  load: async (): Promise<string | null> => {
    const found = await model.findById(name).maxTimeMS(lookMsMax).lean();
    return found?.token ?? null;
  },
  /** Goes forward only, as other processes have their own. */
  advance: async (token: string): Promise<void> => {
    await model.updateOne(
      { _id: name },
      { $max: { token }, $set: { updatedAt: new Date() } },
      { upsert: true, maxTimeMS: lookMsMax },
    );
  },
  /** Forgets a place from which there is no way on, unless somebody has gone on meanwhile. */
  forget: async (token: string): Promise<void> => {
    await model.deleteOne({ _id: name, token: trusted({ $lte: token }) }, { maxTimeMS: lookMsMax });
  },
});

export type FeedPosition = ReturnType<typeof createFeedPosition>;
