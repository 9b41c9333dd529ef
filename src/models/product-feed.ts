import { mongo, type ClientSession, type Connection } from 'mongoose';
import { productCollection, type ProductDocument } from './product.model.js';

const fieldNames = [
  ...(['version', 'seq', 'stock', 'reserved', 'sold', 'price', 'lowStockThreshold', 'deleted'] as const),
];
type FeedField = (typeof fieldNames)[number];

/** A write to a product, whoever made it. */
export interface ProductEvent {
  operation: 'insert' | 'update' | 'replace' | 'delete';
  id: string;
  /** The place behind this event, to go on from. */
  token: string;
  /** What an update has set, or what a new document says, of the fields that somebody here looks at. */
  fields: Partial<Pick<ProductDocument, FeedField>>;
}

export interface FeedBatch {
  /** In the order in which they were committed; none when there is nothing new. */
  events: readonly ProductEvent[];
  /** Whether there is more already; else this is all that had happened when the batch was made. */
  more: boolean;
  /** The place behind this batch. Hexadecimal; a later place is a greater text. */
  token: string;
}

/** An open feed, read by one reader, one call at a time. */
export interface FeedCursor {
  /** Where it begins; null where the server does not say. */
  token: string | null;
  /**
   * Waits so long for something new, in milliseconds, then gives back an empty batch.
   * @throws FeedLost, and the database's errors, after which the cursor is of no more use
   */
  next: (waitMs: number) => Promise<FeedBatch>;
  /** Never rejects; a `next` that waits is broken off. */
  close: () => Promise<void>;
}

/** The database no longer has the history from there on: whatever was derived from it has to be made anew. */
export class FeedLost extends Error {
  override name = 'FeedLost';
}

interface RawEvent {
  _id: { _data: string };
  operationType: string;
  documentKey?: { _id: string };
  updateDescription?: { updatedFields?: ProductEvent['fields'] };
  fullDocument?: ProductEvent['fields'];
}

interface RawReply {
  cursor: {
    id: unknown;
    firstBatch?: RawEvent[];
    nextBatch?: RawEvent[];
    postBatchResumeToken?: { _data: string };
  };
}

/** Events per reply: enough that a busy service asks ten times a second, far below what a reply may weigh. */
const batchMax = 2_000;
/** How long the server may search its history until it has caught up; other commands have 5 s. */
const searchMsMax = 60_000;
/** https://github.com/mongodb/mongo/blob/v7.0/src/mongo/base/error_codes.yml */
const lostCodes = new Set([
  136, // CappedPositionLost
  260, // InvalidResumeToken
  280, // ChangeStreamFatalError
  286, // ChangeStreamHistoryLost
]);

const asked = (parent: string): Record<string, 1> =>
  Object.fromEntries(fieldNames.map((name) => [`${parent}.${name}`, 1]));

/** Most of an event is never looked at, and it is here that it costs nothing to leave it out. */
const projection = {
  operationType: 1,
  'documentKey._id': 1,
  ...asked('updateDescription.updatedFields'),
  ...asked('fullDocument'),
};

const isOperation = (type: string): type is ProductEvent['operation'] =>
  type === 'insert' || type === 'update' || type === 'replace' || type === 'delete';

/** @throws FeedLost when the collection itself was dropped or renamed */
const eventOf = ({ _id, operationType, documentKey, updateDescription, fullDocument }: RawEvent): ProductEvent => {
  if (!isOperation(operationType) || documentKey === undefined)
    throw new FeedLost(`The feed ends with ${operationType}.`);
  const fields = (operationType === 'update' ? updateDescription?.updatedFields : fullDocument) ?? {};
  return { operation: operationType, id: documentKey._id, token: _id._data, fields };
};

const asLost = (error: unknown): unknown =>
  error instanceof mongo.MongoServerError && lostCodes.has(Number(error.code))
    ? new FeedLost(error.message, { cause: error })
    : error;

/**
 * The products' change stream. It is asked by plain commands and not through the driver's `ChangeStream`, which hands out one
 * event per promise, goes on by itself after some errors, and does not say when there is nothing more to come.
 * See https://www.mongodb.com/docs/manual/changeStreams/
 */
export const createProductFeed = (connection: Connection) => {
  const { db } = connection;
  if (!db) throw new Error('The feed needs an open connection.');

  const ask = async (command: object, session: ClientSession, searching = false): Promise<RawReply> => {
    const options = searching ? { session, socketTimeoutMS: searchMsMax } : { session };
    try {
      return (await db.command(command, options)) as RawReply;
    } catch (error) {
      throw asLost(error);
    }
  };

  /**
   * @param token where to go on; null for from now on
   * @throws as `next`
   */
  const open = async (token: string | null): Promise<FeedCursor> => {
    const session = connection.getClient().startSession({ causalConsistency: false });
    const from = token === null ? {} : { startAfter: { _data: token } };
    const pipeline = [{ $changeStream: from }, { $project: projection }];
    let cursorId: mongo.Long;
    let at: string | null;
    let searching = true;
    try {
      // An empty first batch is given at once, however much there is to be searched.
      const { cursor } = await ask({ aggregate: productCollection, pipeline, cursor: { batchSize: 0 } }, session);
      cursorId = mongo.Long.fromString(String(cursor.id));
      at = cursor.postBatchResumeToken?._data ?? token;
    } catch (error) {
      await session.endSession().catch(() => undefined);
      throw error;
    }

    const next = async (waitMs: number): Promise<FeedBatch> => {
      const getMore = { getMore: cursorId, collection: productCollection, batchSize: batchMax, maxTimeMS: waitMs };
      const { cursor } = await ask(getMore, session, searching);
      const events = (cursor.nextBatch ?? []).map(eventOf);
      if (String(cursor.id) === '0') throw new FeedLost('The server has ended the feed.');
      at = cursor.postBatchResumeToken?._data ?? events.at(-1)?.token ?? at;
      const more = events.length >= batchMax;
      searching &&= more;
      return { events, token: at ?? '', more };
    };
    const close = async (): Promise<void> => {
      await db.command({ killCursors: productCollection, cursors: [cursorId] }).catch(() => undefined);
      await session.endSession().catch(() => undefined);
    };
    return { token: at, next, close };
  };

  return { open };
};

export type ProductFeed = ReturnType<typeof createProductFeed>;
