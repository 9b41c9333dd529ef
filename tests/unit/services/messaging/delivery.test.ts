import { createDelivery, retryAfter } from '../../../../src/services/messaging/delivery.js';
import { PermanentFault } from '../../../../src/services/messaging/event-bus.js';
import { AppError } from '../../../../src/utils/errors.js';
import { orderCancelled, orderConfirmed } from '../../../helpers/events.js';
import { silent } from '../../../helpers/messaging.js';

const policy = { levelsMs: [100, 1_000], failuresMax: 3 };
const { signal } = new AbortController();

const deliveryTo = (handle: () => Promise<void>, handleMsMax?: number) =>
  createDelivery({
    consumer: { queue: 'q', bindings: ['order.confirmed'], handle },
    policy,
    ...silent,
    ...(handleMsMax === undefined ? {} : { handleMsMax }),
  });

const body = JSON.stringify(orderConfirmed());

describe('delivery', () => {
  it('when the handler resolves, then it is done', async () => {
    expect(await deliveryTo(() => Promise.resolve())(body, 0, signal)).toEqual({ kind: 'done' });
  });

  it.each([
    ['an unknown fault', new Error('away'), 0, 'retry'],
    ['a fault of the service', new AppError('UNAVAILABLE'), 1, 'retry'],
    ['one failure too many', new Error('away'), 2, 'dead'],
    ['a refusal', new AppError('NOT_FOUND'), 0, 'dead'],
    ['a permanent fault', new PermanentFault('no'), 0, 'dead'],
  ])('when it rejects with %s, then the verdict fits', async (_, error, failures, kind) => {
    const verdict = await deliveryTo(() => Promise.reject(error))(body, failures, signal);
    expect(verdict.kind).toBe(kind);
  });

  it('when the handler takes too long, then that is a failure', async () => {
    const verdict = await deliveryTo(() => new Promise(() => undefined), 20)(body, 0, signal);
    expect(verdict).toEqual({ kind: 'retry', reason: 'the handler took longer than 20 ms' });
  });

  it.each(['', 'null', '{', JSON.stringify(orderCancelled())])(
    'when the message is %j, then nobody is asked',
    async (bad) => {
      let calls = 0;
      const verdict = await deliveryTo(() => {
        calls++;
        return Promise.resolve();
      })(bad, 0, signal);
      expect([verdict.kind, calls]).toEqual(['dead', 0]);
    },
  );
});

describe('retryAfter', () => {
  it('when failures grow, then so do the waits, between half and all of the level, up to the last level', () => {
    const waits = [1, 2, 9].flatMap((failures) =>
      [0, 0.999].map((random) => retryAfter(policy, failures, () => random)),
    );
    expect(waits.map(({ level }) => level)).toEqual([0, 0, 1, 1, 1, 1]);
    expect(waits.map(({ delayMs }) => Math.round(delayMs))).toEqual([50, 100, 500, 1_000, 500, 1_000]);
  });
});
