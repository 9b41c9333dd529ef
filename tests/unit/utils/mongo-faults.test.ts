import { isMongoUnavailable } from '../../../src/utils/mongo-faults.js';

const fault = (fields: object): Error => Object.assign(new Error('fault'), fields);

describe('isMongoUnavailable', () => {
  it.each([
    ['a broken connection', { name: 'MongoNetworkError' }],
    ['no primary', { name: 'MongoServerSelectionError' }],
    ['no primary, by Mongoose', { name: 'MongooseServerSelectionError' }],
    ['a cleared pool', { name: 'MongoPoolClearedError' }],
    ['a client that is not connected', { name: 'MongoNotConnectedError' }],
    ['a full pool', { name: 'MongoWaitQueueTimeoutError' }],
    ['a server that stops', { name: 'MongoServerError', code: 91 }],
    ['a server that is no longer primary', { name: 'MongoServerError', code: 10107 }],
    ['a query over its time', { name: 'MongoServerError', code: 50 }],
    [
      'a bulk write on a broken connection',
      { name: 'MongoBulkWriteError', errorResponse: { name: 'MongoNetworkError' } },
    ],
    ['a socket that broke under a command', { code: 'ECONNRESET', syscall: 'write' }],
    ['a socket that the other side has ended', { code: 'EPIPE' }],
    ['a full disk', { name: 'MongoServerError', code: 14031 }],
    ['a label', { name: 'MongoServerError', errorLabelSet: new Set(['RetryableWriteError']) }],
    ['a bulk write with a code', { name: 'MongoBulkWriteError', code: 11600 }],
  ])('when the fault is %s, then the database is unavailable', (_what, fields) => {
    expect(isMongoUnavailable(fault(fields))).toBe(true);
    expect(isMongoUnavailable(new Error('wrapped', { cause: fault(fields) }))).toBe(true);
  });

  it.each([
    ['a duplicate key', { name: 'MongoServerError', code: 11000 }],
    ['a bad query', { name: 'MongoServerError', code: 2 }],
    ['another program’s error with the same code', { name: 'Error', code: 91 }],
    ['an error of ours', { name: 'TypeError' }],
    ['a file that is not there', { code: 'ENOENT' }],
  ])('when the fault is %s, then the database is not to blame', (_what, fields) => {
    expect(isMongoUnavailable(fault(fields))).toBe(false);
  });

  it('when what was thrown is no error or causes itself, then the answer still comes', () => {
    const loop = fault({ name: 'A' });
    loop.cause = loop;
    expect([undefined, null, 'x', loop].map(isMongoUnavailable)).toEqual([false, false, false, false]);
  });
});
