import { repairReason, type LedgerTotals } from '../../../src/models/ledger-repair.js';
import type { AuditedLine, AuditedProduct } from '../../../src/models/movement-queries.js';
import { createAuditService } from '../../../src/services/audit.service.js';

const lineOf = (seq: number, delta: number, stockAfter: number, more: Partial<AuditedLine> = {}): AuditedLine => ({
  seq,
  delta,
  soldDelta: 0,
  reservedDelta: 0,
  stockAfter,
  reason: null,
  ...more,
});
const sale = (seq: number, units: number, stockAfter: number) => lineOf(seq, -units, stockAfter, { soldDelta: units });
const productOf = (fields: Partial<AuditedProduct> = {}): AuditedProduct => ({
  _id: 'p',
  stock: 7,
  reserved: 0,
  sold: 3,
  seq: 3,
  ...fields,
});
/** Ten came, three were sold. */
const ledger = () => [lineOf(1, 10, 10), sale(2, 2, 8), sale(3, 1, 7)];

const setUp = (product: AuditedProduct | null, lines: readonly AuditedLine[]) => {
  const world = { product, lines: [...lines] };
  const repairs: { seen: AuditedProduct; totals: LedgerTotals; actorId: string }[] = [];
  let moves = 0;
  const service = createAuditService({
    ledger: {
      auditSnapshot: (_, visit) => {
        if (world.product) world.lines.forEach(visit);
        return Promise.resolve(world.product);
      },
    },
    // As the database mends: by one line, and only if the product has not moved on.
    repair: (seen, totals, actorId) => {
      repairs.push({ seen, totals, actorId });
      if (moves-- > 0) return Promise.resolve(false);
      const seq = totals.lines + 1;
      world.lines.push(lineOf(seq, seen.stock - totals.stock, seen.stock, { reason: repairReason }));
      world.product = { ...seen, sold: totals.sold, reserved: totals.reserved, seq };
      return Promise.resolve(true);
    },
  });
  return { service, repairs, moveOn: (times: number) => (moves = times) };
};

describe('audit', () => {
  it('when ledger and product agree, then it is consistent, and says what came, left and is there', async () => {
    const lines = [...ledger(), lineOf(4, -2, 5, { reservedDelta: 2 }), lineOf(5, -1, 4)];
    const { service } = setUp(productOf({ stock: 4, reserved: 2, seq: 5 }), lines);
    expect(await service.audit('p')).toEqual({
      received: 9,
      sold: 3,
      reserved: 2,
      stock: 4,
      lines: 5,
      consistent: true,
      faults: [],
    });
  });

  it('when nothing ever moved, then that is consistent', async () => {
    const { service } = setUp(productOf({ stock: 0, sold: 0, seq: 0 }), []);
    expect(await service.audit('p')).toMatchObject({ consistent: true, received: 0, lines: 0 });
  });

  it('when there never was such a product, then it is not found', async () => {
    await expect(setUp(null, []).service.audit('p')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['stock', { stock: 6 }],
    ['sold', { sold: 4 }],
    ['reserved', { reserved: 1 }],
    ['movements', { seq: 4 }],
  ])('when the product says another number of %s, then it is named', async (name, fields) => {
    const { consistent, faults } = await setUp(productOf(fields), ledger()).service.audit('p');
    expect(consistent).toBe(false);
    expect(faults).toEqual([expect.stringContaining(name)]);
  });

  it.each([
    ['a line is missing', [lineOf(1, 10, 10), sale(3, 1, 7)]],
    ['a line is there twice', [...ledger(), sale(3, 1, 7)]],
    ['a balance is wrong', [lineOf(1, 10, 10), sale(2, 2, 9), sale(3, 1, 7)]],
    ['the first line is not the first', [lineOf(2, 10, 10), sale(3, 2, 8), sale(4, 1, 7)]],
    ['more was sold than there was', [lineOf(1, 1, 1), sale(2, 3, -2), lineOf(3, 9, 7)]],
  ])('when %s, then it is inconsistent', async (_, lines) => {
    expect(await setUp(productOf(), lines).service.audit('p')).toMatchObject({ consistent: false });
  });

  it('when hundreds of lines are wrong, then ten are named', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => lineOf(index + 1, 1, 0));
    const { faults } = await setUp(productOf({ stock: 300, sold: 0, seq: 300 }), lines).service.audit('p');
    expect(faults).toHaveLength(10);
  });
});

describe('audit, repair', () => {
  it('when all is well, then nothing is written', async () => {
    const { service, repairs } = setUp(productOf(), ledger());
    expect(await service.repair('p', 'admin')).toMatchObject({ consistent: true });
    expect(repairs).toEqual([]);
  });

  it.each([
    ['stock', { stock: 100 }],
    ['sold', { sold: 0 }],
    ['the number of movements', { seq: 9 }],
  ])(
    'when an outside hand has changed %s, then one line explains it and the audit is consistent again',
    async (_, fields) => {
      const { service, repairs } = setUp(productOf(fields), ledger());
      expect(await service.repair('p', 'admin')).toMatchObject({ consistent: true, faults: [], lines: 4, sold: 3 });
      expect(repairs).toMatchObject([{ totals: { stock: 7, sold: 3, reserved: 0, lines: 3 }, actorId: 'admin' }]);
    },
  );

  it('when a line is lost, then that stays a fault', async () => {
    const { service } = setUp(productOf(), [lineOf(1, 10, 10), sale(3, 1, 7)]);
    expect(await service.repair('p', 'admin')).toMatchObject({ consistent: false });
  });

  it('when the product moves on meanwhile, then it looks again; too often, and it gives up', async () => {
    const once = setUp(productOf({ stock: 9 }), ledger());
    once.moveOn(2);
    expect(await once.service.repair('p', 'admin')).toMatchObject({ consistent: true });
    expect(once.repairs).toHaveLength(3);
    const always = setUp(productOf({ stock: 9 }), ledger());
    always.moveOn(1_000);
    await expect(always.service.repair('p', 'admin')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      headers: { 'Retry-After': '1' },
    });
    expect(always.repairs).toHaveLength(5);
  });

  it('when there never was such a product, then it is not found', async () => {
    await expect(setUp(null, []).service.repair('p', 'admin')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
