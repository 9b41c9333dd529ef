import { runAudit } from '../../../src/cli/audit-run.js';
import type { Audit } from '../../../src/schemas/ledger.js';
import { AppError } from '../../../src/utils/errors.js';

const clean: Audit = { received: 14, sold: 3, reserved: 0, stock: 11, lines: 4, consistent: true, faults: [] };
const drifted: Audit = { ...clean, consistent: false, faults: ['the product says stock 12, the ledger 11'] };

/** Runs it on books that are as given, and on what a repair would make of them. */
const run = async (
  books: Readonly<Record<string, Audit>>,
  options: { repair?: (id: string) => Promise<Audit>; stepMs?: number } = {},
) => {
  const printed: string[] = [];
  const progress: string[] = [];
  const mended: [string, string][] = [];
  let clockMs = 0;
  const totals = await runAudit({
    audits: {
      audit: (id) => {
        clockMs += options.stepMs ?? 0;
        const book = books[id];
        return book ? Promise.resolve(book) : Promise.reject(new AppError('NOT_FOUND'));
      },
      repair: (id, actorId) => {
        mended.push([id, actorId]);
        return options.repair?.(id) ?? Promise.reject(new Error('nothing was to be mended'));
      },
    },
    productIds: Object.keys(books),
    repair: options.repair !== undefined,
    actorId: 'console',
    print: (line) => printed.push(line),
    progress: (line) => progress.push(line),
    nowMs: () => clockMs,
  });
  return { totals, printed, progress, mended };
};

describe('a run of the audit', () => {
  it('when all books agree, then it prints the summary alone', async () => {
    const { totals, printed } = await run({ a: clean, b: clean });

    expect(totals).toEqual({ products: 2, lines: 8, inconsistent: 0, repaired: 0 });
    expect(printed).toEqual(['2 products, 8 lines in 0.0 s: 0 inconsistent']);
  });

  it('when a book does not agree, then it is one line with its faults, and nothing is mended unasked', async () => {
    const { totals, printed, mended } = await run({ a: clean, b: drifted });

    expect(totals).toMatchObject({ inconsistent: 1, repaired: 0 });
    expect(printed[0]).toBe('b INCONSISTENT: the product says stock 12, the ledger 11');
    expect(printed).toHaveLength(2);
    expect(mended).toEqual([]);
  });

  it('when it is to mend, then it shows before and after, of those alone that need it', async () => {
    const { totals, printed, mended } = await run(
      { a: clean, b: drifted },
      { repair: () => Promise.resolve({ ...clean, stock: 12, received: 15, lines: 5 }) },
    );

    expect(totals).toMatchObject({ inconsistent: 1, repaired: 1 });
    expect(mended).toEqual([['b', 'console']]);
    expect(printed.slice(1)).toEqual([
      '  before: received 14, stock 11, reserved 0, sold 3, 4 lines',
      '  after:  received 15, stock 12, reserved 0, sold 3, 5 lines; repaired',
      '2 products, 8 lines in 0.0 s: 1 inconsistent, 1 repaired',
    ]);
  });

  it.each([
    [
      'stays inconsistent',
      () => Promise.resolve({ ...clean, consistent: false, faults: ['a gap'] }),
      /NOT REPAIRED: a gap/,
    ],
    ['moves too fast', () => Promise.reject(new AppError('UNAVAILABLE')), /NOT REPAIRED: .*run this again/],
  ])(
    'when a product %s, then it is said, does not count as repaired, and the rest is looked at',
    async (_what, repair, said) => {
      const { totals, printed } = await run({ a: drifted, b: clean }, { repair });

      expect(totals).toMatchObject({ products: 2, inconsistent: 1, repaired: 0 });
      expect(printed.join('\n')).toMatch(said);
    },
  );

  it('when the database fails, then the run fails and is not taken for a clean one', async () => {
    await expect(run({ a: drifted }, { repair: () => Promise.reject(new Error('gone')) })).rejects.toThrow('gone');
  });

  it('when it takes long, then it gives a sign of life every two seconds', async () => {
    const books = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`p${index}`, clean]));

    const { progress } = await run(books, { stepMs: 1_000 });

    expect(progress).toHaveLength(5);
    expect(progress[0]).toBe('2 products, 8 lines, 0 inconsistent so far');
  });
});
