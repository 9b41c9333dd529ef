import type { ClientSession, Connection } from 'mongoose';
import { commandCollection } from './command.model.js';
import { customerCounterCollection } from './customer-counter.model.js';
import { holdCollection } from './hold.model.js';
import { movementCollection, type MovementDocument } from './movement.model.js';
import { orderStockCollection } from './order-stock.model.js';
import { outboxCollection } from './outbox.model.js';
import { productCollection } from './product.model.js';
import { StockFault, surelyNotCommitted } from './stock-faults.js';
import { createStateReader } from './stock-reader.js';
import type { StockWrites } from './stock-state.js';
import { counterUpdates, holdUpdates, orderUpdates, productUpdates, type Command } from './stock-updates.js';
import { newId } from '../utils/uuid.js';

/** Where a batch stands between two statements; tests end the process there. */
export type StoreStep =
  | 'begun'
  | 'products-updated'
  | 'products-inserted'
  | 'movements-inserted'
  | 'counters-updated'
  | 'holds-inserted'
  | 'holds-ended'
  | 'orders-inserted'
  | 'orders-returned'
  | 'commands-inserted'
  | 'outbox-inserted'
  | 'committed';

/** `committed`: on disk by majority. `absent`: the server says there is no such transaction, or ended it. `unknown`: no definite reply. */
export type CommitResult = 'committed' | 'absent' | 'unknown';

type Database = NonNullable<Connection['db']>;

interface WriteFault {
  code: number;
  errmsg: string;
  keyPattern?: object;
}

interface WriteReply {
  n?: number;
  writeErrors?: WriteFault[];
}

const errorOf = ({ code, errmsg, keyPattern }: WriteFault): Error =>
  Object.assign(new Error(errmsg), { name: 'MongoServerError', code, keyPattern });

/** Whether exactly these lines are in the ledger, by majority: then the transaction that wrote them has landed. */
const createLandedCheck =
  (db: Database) =>
  async (movements: readonly MovementDocument[]): Promise<boolean> => {
    const found = await db
      .collection<MovementDocument>(movementCollection)
      .find(
        { _id: { $in: movements.map(({ _id }) => _id) } },
        { projection: { seq: 1, createdAt: 1 }, readConcern: 'majority' },
      )
      .toArray();
    const seqs = new Map(found.map(({ _id, seq, createdAt }) => [_id, `${String(seq)} ${createdAt.toISOString()}`]));
    return movements.every(({ _id, seq, createdAt }) => seqs.get(_id) === `${String(seq)} ${createdAt.toISOString()}`);
  };

/**
 * The stock engine's way to MongoDB: reads what a batch has to know, and writes a decided batch in one transaction, by
 * native commands, as each costs a fraction of what a model's method does.
 */
export const createStockStore = (connection: Connection, onStep?: (step: StoreStep) => void) => {
  const { db } = connection;
  if (!db) throw new StockFault('permanent', 'The stock store needs an open connection.');

  const run = async (session: ClientSession, command: Command): Promise<WriteReply> => {
    const answer = (await db.command(command, { session })) as WriteReply;
    const [fault] = answer.writeErrors ?? [];
    if (fault) throw errorOf(fault);
    return answer;
  };

  const insert = async (session: ClientSession, collection: string, documents: readonly object[], step: StoreStep) => {
    if (documents.length === 0) return;
    await run(session, { insert: collection, documents, ordered: true });
    onStep?.(step);
  };

  /** Updates each on its condition, or throws: somebody else was first. */
  const updateAll = async (session: ClientSession, collection: string, updates: Command[], step: StoreStep) => {
    if (updates.length === 0) return;
    const answer = await run(session, { update: collection, updates, ordered: true });
    if (answer.n !== updates.length) throw new StockFault('conflict', `One of ${collection} has moved on meanwhile.`);
    onStep?.(step);
  };

  /** Sends every statement of a batch; throws on the first that fails. */
  const writeAll = async (session: ClientSession, writes: StockWrites): Promise<void> => {
    await updateAll(session, productCollection, productUpdates(writes), 'products-updated');
    await insert(session, productCollection, writes.created, 'products-inserted');
    await insert(session, movementCollection, writes.movements, 'movements-inserted');
    if (writes.counters.length > 0) {
      await run(session, { update: customerCounterCollection, updates: counterUpdates(writes), ordered: true });
      onStep?.('counters-updated');
    }
    await insert(session, holdCollection, writes.holds, 'holds-inserted');
    await updateAll(session, holdCollection, holdUpdates(writes), 'holds-ended');
    await insert(session, orderStockCollection, writes.orders, 'orders-inserted');
    await updateAll(session, orderStockCollection, orderUpdates(writes), 'orders-returned');
    await insert(session, commandCollection, writes.commands, 'commands-inserted');
    const { events, announced, jobs, at: createdAt } = writes;
    const note = { _id: newId(), events: [...events, ...announced], ...(jobs.length > 0 ? { jobs } : {}), createdAt };
    await insert(session, outboxCollection, [note], 'outbox-inserted');
  };

  /** One transaction for one decided batch. */
  const begin = () => {
    const session = connection.getClient().startSession();
    session.startTransaction({ writeConcern: { w: 'majority', journal: true } });
    onStep?.('begun');
    return {
      /** @throws the driver's errors and `StockFault`; nothing is committed then. */
      write: (writes: StockWrites): Promise<void> => writeAll(session, writes),
      /** Sends the commit, again at every call, and never throws. */
      commit: async (): Promise<CommitResult> => {
        try {
          await session.commitTransaction();
        } catch (error) {
          return surelyNotCommitted(error) ? 'absent' : 'unknown';
        }
        onStep?.('committed');
        return 'committed';
      },
      /** Ends the transaction if it is open, and gives the session back; never throws. */
      end: async (): Promise<void> => {
        try {
          if (session.inTransaction()) await session.abortTransaction();
        } catch {
          // The server ends what we cannot; it was not committed by us.
        }
        await session.endSession().catch(() => undefined);
      },
    };
  };

  return { read: createStateReader(db), begin, landed: createLandedCheck(db) };
};

export type StockStore = ReturnType<typeof createStockStore>;
export type StockTransaction = ReturnType<StockStore['begin']>;
