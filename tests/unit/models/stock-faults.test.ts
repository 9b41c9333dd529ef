import mongoose from 'mongoose';
import { faultKindOf, StockFault, surelyNotCommitted } from '../../../src/models/stock-faults.js';

const { MongoNetworkError, MongoServerError, MongoWriteConcernError, MongoServerSelectionError } = mongoose.mongo;

const server = (code: number, more: object = {}) =>
  new MongoServerError({ message: `code ${String(code)}`, code, ...more });
const labelled = (label: string, code?: number) => {
  const error = code === undefined ? new MongoNetworkError('gone') : server(code);
  error.addErrorLabel(label);
  return error;
};
const named = (name: string) => Object.assign(new Error('x'), { name });

describe('faultKindOf', () => {
  it.each([
    ['WriteConflict', 112],
    ['LockTimeout', 24],
    ['SnapshotUnavailable', 246],
    ['NoSuchTransaction', 251],
  ])('when the server says %s, then it is a conflict', (_, code) => {
    expect(faultKindOf(server(code))).toBe('conflict');
    expect(faultKindOf(labelled('TransientTransactionError', code))).toBe('conflict');
  });

  it.each([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031])(
    'when the server is going, not the primary or out of disk (%i), then it passes, label or no label',
    (code) => {
      expect(faultKindOf(server(code))).toBe('transient');
    },
  );

  it.each([
    'MongoNetworkError',
    'MongoNetworkTimeoutError',
    'MongoServerSelectionError',
    'MongoPoolClearedError',
    'PoolClearedOnNetworkError',
    'MongoWaitQueueTimeoutError',
    'MongoNotConnectedError',
    'MongoTopologyClosedError',
    'MongoExpiredSessionError',
  ])('when the driver throws a bare %s, then it passes', (name) => {
    expect(faultKindOf(named(name))).toBe('transient');
  });

  it('when the driver throws its own classes, then they are known by them', () => {
    expect(faultKindOf(new MongoNetworkError('connection 3 to 127.0.0.1 closed'))).toBe('transient');
    expect(faultKindOf(new MongoServerSelectionError('none', { type: 'Unknown' } as never))).toBe('transient');
  });

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])(
    'when the driver lets an %s of its socket through, then it passes',
    (code) => {
      const error = Object.assign(new Error(`write ${code}`), { code });
      expect([faultKindOf(error), surelyNotCommitted(error)]).toEqual(['transient', false]);
    },
  );

  it.each(['TransientTransactionError', 'RetryableWriteError'])(
    'when an unknown code has the label %s, then it passes',
    (label) => {
      expect(faultKindOf(labelled(label, 4_242))).toBe('transient');
      expect(faultKindOf(Object.assign(new Error('x'), { errorLabels: [label] }))).toBe('transient');
    },
  );

  it('when a unique index refuses, then it is a duplicate, unless it is the seq of a ledger line, which is final', () => {
    expect(faultKindOf(server(11_000, { keyPattern: { _id: 1 } }))).toBe('duplicate');
    expect(faultKindOf(server(11_000, { keyPattern: { sku: 1 } }))).toBe('duplicate');
    expect(faultKindOf(server(11_000))).toBe('duplicate');
    expect(faultKindOf(server(11_000, { keyPattern: null }))).toBe('duplicate');
    expect(faultKindOf(server(11_000, { keyPattern: { productId: 1, seq: 1 } }))).toBe('permanent');
  });

  it('when it is our own fault, then it says its kind itself', () => {
    for (const kind of ['conflict', 'duplicate', 'transient', 'permanent'] as const) {
      expect(faultKindOf(new StockFault(kind, 'x', new MongoNetworkError('x')))).toBe(kind);
    }
  });

  it.each([
    ['an unknown code', server(4_242)],
    ['Unauthorized', server(13)],
    ['a failed validation', server(121)],
    ['a document too large', server(10_334)],
    ['a bug', new TypeError('x is undefined')],
    ['a text', 'MongoNetworkError'],
    ['nothing', undefined],
    ['null', null],
    ['a code that is no number', Object.assign(new Error('x'), { code: '112' })],
    ['an unknown label', labelled('SomethingElse', 4_242)],
  ])('when it is %s, then it is permanent', (_, error) => {
    expect(faultKindOf(error)).toBe('permanent');
  });
});

describe('surelyNotCommitted', () => {
  it.each([
    ['NoSuchTransaction', server(251)],
    ['WriteConflict', server(112)],
    ['any reply that ends the transaction', labelled('TransientTransactionError', 4_242)],
  ])('when the server replies %s, then nothing was committed', (_, error) => {
    expect(surelyNotCommitted(error)).toBe(true);
  });

  it.each([
    ['the connection breaks', new MongoNetworkError('closed')],
    ['the connection breaks, labelled as transient', labelled('TransientTransactionError')],
    ['no server is found', new MongoServerSelectionError('none', { type: 'Unknown' } as never)],
    [
      'the write concern is not met',
      new MongoWriteConcernError({ writeConcernError: { code: 64, errmsg: 'waiting timed out' } } as never),
    ],
    ['the server shuts down', server(91)],
    ['the server is interrupted', server(11_602)],
    ['the primary steps down, labelled as transient', labelled('TransientTransactionError', 189)],
    ['the reply says that it is unknown', labelled('UnknownTransactionCommitResult', 251)],
    ['the reply has a code that nobody knows', server(4_242)],
    ['the code comes in an error that is no reply', Object.assign(new Error('x'), { code: 251 })],
    ['it is a bug', new TypeError('x')],
    ['it is nothing', undefined],
    ['it is null', null],
  ])('when %s, then it is open', (_, error) => {
    expect(surelyNotCommitted(error)).toBe(false);
  });
});
