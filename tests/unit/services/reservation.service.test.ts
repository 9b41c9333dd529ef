import type { HoldDocument } from '../../../src/models/hold.model.js';
import { createReservationService } from '../../../src/services/reservation.service.js';
import type { StockCommand } from '../../../src/services/stock-engine/commands.js';
import type { Caller } from '../../../src/utils/caller.js';
import { AppError } from '../../../src/utils/errors.js';
import { at, holdOf, movementOf } from '../../helpers/stock-commands.js';

const owner: Caller = { id: 'owner', role: 'user' };
const stranger: Caller = { id: 'stranger', role: 'user' };
const manager: Caller = { id: 'boss', role: 'manager' };
const settled = { status: 201, body: 'answer', location: null, replayed: false };
const expiredAs = (status: string) => new AppError('RESERVATION_EXPIRED', { details: { status } });

const setUp = (hold: HoldDocument | null, refusal?: AppError) => {
  const commands: StockCommand[] = [];
  const extended: unknown[] = [];
  const service = createReservationService({
    engine: {
      submit: (command) => {
        commands.push(command);
        return refusal ? Promise.reject(refusal) : Promise.resolve(settled);
      },
    },
    holds: {
      find: () => Promise.resolve(hold),
      extend: (...args) => {
        extended.push(args);
        return Promise.resolve(hold?.status === 'held' && hold.expiresAt > at ? { ...hold, expiresAt: args[2] } : null);
      },
    },
    ledger: { sale: (id) => Promise.resolve(movementOf({ _id: id })) },
    now: () => at,
  });
  return { service, commands, extended };
};
const live = holdOf('h', { buyerId: 'owner' });

describe('reservation service, hold', () => {
  it('when it comes without a key, then it gets one, so that a 503 can be resolved', async () => {
    const { service, commands } = setUp(null);

    await service.hold(owner, 'p', { quantity: 2, ttlSeconds: 5 }, undefined);

    const [command] = commands;
    expect(command).toMatchObject({ kind: 'reserve', actorId: 'owner', buyerId: 'owner', hash: 'reserve p 2 5' });
    expect(command?.lines).toMatchObject([{ type: 'reserve', productId: 'p', quantity: 2, ttlMs: 5_000 }]);
    expect(command?.key).toEqual({ kind: 'stored', id: `owner:${String(command?.retryKey)}` });
  });
});

describe('reservation service, get', () => {
  it.each([
    ['held until later', {}, 'held'],
    ['held until now', { expiresAt: at }, 'expired'],
    ['confirmed in time', { expiresAt: at, status: 'confirmed' }, 'confirmed'],
    ['released', { status: 'released' }, 'released'],
  ] as const)('when it is %s, then it is shown as %s', async (_what, fields, status) => {
    const { service } = setUp(holdOf('h', { buyerId: 'owner', ...fields }));
    expect(await service.get(owner, 'h')).toMatchObject({ id: 'h', productId: 'p', quantity: 1, status });
  });

  it('when it is somebody else’s, then only a manager sees it', async () => {
    const { service } = setUp(live);
    await expect(service.get(stranger, 'h')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await service.get(manager, 'h')).id).toBe('h');
  });
});

describe('reservation service, confirm', () => {
  it('when a manager confirms, then it is in the owner’s name and under the manager’s key', async () => {
    const { service, commands } = setUp(live);

    await service.confirm(manager, 'h', 'k');

    expect(commands).toMatchObject([
      { kind: 'confirm', actorId: 'boss', buyerId: 'owner', key: { kind: 'stored', id: 'boss:k' }, hash: 'confirm h' },
    ]);
  });

  it('when it is a purchase already, then that purchase is the answer, as a repeat', async () => {
    const { service } = setUp(
      holdOf('h', { buyerId: 'owner', status: 'confirmed', saleId: 's' }),
      expiredAs('confirmed'),
    );

    const answer = await service.confirm(owner, 'h', 'other');

    expect(answer).toMatchObject({ status: 201, location: '/api/v1/purchases/s', replayed: true });
  });

  it.each(['expired', 'released'])('when it is %s, then that is said', async (status) => {
    const { service } = setUp(live, expiredAs(status));
    await expect(service.confirm(owner, 'h', undefined)).rejects.toMatchObject({
      code: 'RESERVATION_EXPIRED',
      details: { status },
    });
  });

  it('when it is nobody’s, then nothing is submitted', async () => {
    const { service, commands } = setUp(null);
    await expect(service.confirm(owner, 'h', undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(commands).toEqual([]);
  });
});

describe('reservation service, extend', () => {
  it('when it is live, then its time is counted from now, and the engine has nothing to do', async () => {
    const { service, commands, extended } = setUp(live);
    const expiresAt = new Date(at.getTime() + 7_000);

    expect(await service.extend(owner, 'h', 7)).toMatchObject({ status: 'held', expiresAt: expiresAt.toISOString() });

    expect(extended).toEqual([['h', at, expiresAt]]);
    expect(commands).toEqual([]);
  });

  it('when its time is over, then it is expired, even where nobody has taken it back yet', async () => {
    const { service } = setUp(holdOf('h', { buyerId: 'owner', expiresAt: at }));
    await expect(service.extend(owner, 'h', 7)).rejects.toMatchObject({ details: { status: 'expired' } });
  });

  it('when it is somebody else’s, then it is not touched', async () => {
    const { service, extended } = setUp(live);
    await expect(service.extend(stranger, 'h', 7)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(extended).toEqual([]);
  });
});

describe('reservation service, release', () => {
  it.each(['expired', 'released'])('when it is %s already, then there is nothing left to do', async (status) => {
    const { service } = setUp(live, expiredAs(status));
    await expect(service.release(owner, 'h')).resolves.toBeUndefined();
  });

  it.each([expiredAs('confirmed'), new AppError('UNAVAILABLE')])(
    'when it is refused with %s, then that is said',
    async (refusal) => {
      const { service } = setUp(live, refusal);
      await expect(service.release(owner, 'h')).rejects.toBe(refusal);
    },
  );

  it('when it is released, then the line has the id that the hold has kept for it', async () => {
    const { service, commands } = setUp(live);
    await service.release(owner, 'h');
    expect(commands).toMatchObject([
      { kind: 'release', key: null, lines: [{ id: 'release-h', holdId: 'h', productId: 'p' }] },
    ]);
  });
});
