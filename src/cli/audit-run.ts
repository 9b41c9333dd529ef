import type { Audit } from '../schemas/ledger.js';
import type { AuditService } from '../services/audit.service.js';
import { AppError } from '../utils/errors.js';

export interface AuditRunDependencies {
  audits: Pick<AuditService, 'audit' | 'repair'>;
  /** The products to look at. */
  productIds: AsyncIterable<string> | Iterable<string>;
  repair: boolean;
  /** Who stands in the ledger beside a line that mends. */
  actorId: string;
  /** Findings and the summary, a line at a time. */
  print: (line: string) => void;
  /** Signs of life on a long run. */
  progress: (line: string) => void;
  /** Monotonic milliseconds. */
  nowMs: () => number;
}

export interface AuditTotals {
  products: number;
  /** Ledger lines that were read. */
  lines: number;
  /** Products whose books did not agree. */
  inconsistent: number;
  /** Of these, the ones that agree now. */
  repaired: number;
}

const progressMs = 2_000;

const figures = ({ received, sold, reserved, stock, lines }: Audit): string =>
  `received ${received}, stock ${stock}, reserved ${reserved}, sold ${sold}, ${lines} lines`;

/**
 * Audits products one after the other, tells of each whose books do not agree and, if asked to, mends them.
 * @throws AppError NOT_FOUND when a product does not exist, and what the database throws
 */
export const runAudit = async (deps: AuditRunDependencies): Promise<AuditTotals> => {
  const { audits, print, nowMs } = deps;
  const totals: AuditTotals = { products: 0, lines: 0, inconsistent: 0, repaired: 0 };
  const startedMs = nowMs();
  let saidMs = startedMs;

  const mend = async (productId: string): Promise<void> => {
    try {
      const after = await audits.repair(productId, deps.actorId);
      if (after.consistent) totals.repaired++;
      const result = after.consistent ? 'repaired' : `NOT REPAIRED: ${after.faults.join('; ')}`;
      print(`  after:  ${figures(after)}; ${result}`);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error;
      print('  NOT REPAIRED: it is being sold too fast to be mended now; run this again');
    }
  };

  for await (const productId of deps.productIds) {
    const audit = await audits.audit(productId);
    totals.products++;
    totals.lines += audit.lines;
    if (!audit.consistent) {
      totals.inconsistent++;
      print(`${productId} INCONSISTENT: ${audit.faults.join('; ')}`);
      if (deps.repair) {
        print(`  before: ${figures(audit)}`);
        await mend(productId);
      }
    }
    if (nowMs() - saidMs >= progressMs) {
      saidMs = nowMs();
      deps.progress(`${totals.products} products, ${totals.lines} lines, ${totals.inconsistent} inconsistent so far`);
    }
  }

  const seconds = ((nowMs() - startedMs) / 1000).toFixed(1);
  const repaired = deps.repair ? `, ${totals.repaired} repaired` : '';
  print(
    `${totals.products} products, ${totals.lines} lines in ${seconds} s: ${totals.inconsistent} inconsistent${repaired}`,
  );
  return totals;
};
