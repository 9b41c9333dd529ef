import { repairReason, type LedgerRepair, type LedgerTotals } from '../models/ledger-repair.js';
import type { AuditedLine, AuditedProduct, MovementQueries } from '../models/movement-queries.js';
import type { Audit } from '../schemas/ledger.js';
import { AppError } from '../utils/errors.js';

const faultsMax = 10;
const repairTriesMax = 5;

/** Adds up a ledger line by line and notes what cannot be. */
const createReplay = () => {
  const totals: LedgerTotals = { stock: 0, sold: 0, reserved: 0, lines: 0 };
  let gaps: string[] = [];
  let balances: string[] = [];

  const visit = (line: AuditedLine): void => {
    totals.lines++;
    totals.stock += line.delta;
    totals.sold += line.soldDelta;
    totals.reserved += line.reservedDelta;
    const at = `line ${String(line.seq)}`;
    if (line.seq !== totals.lines) gaps.push(`${at} stands where line ${String(totals.lines)} should`);
    if (line.stockAfter !== totals.stock) {
      balances.push(`${at} leaves ${String(line.stockAfter)} in stock, all lines up to it ${String(totals.stock)}`);
    } else if (line.reason === repairReason) {
      // The line explains what had gone astray before it, and the balance is right from here on.
      balances = [];
    }
    if (totals.stock < 0 || totals.sold < 0 || totals.reserved < 0) balances.push(`${at} goes below zero`);
    gaps = gaps.slice(0, faultsMax);
    balances = balances.slice(0, faultsMax);
  };

  const compare = (product: AuditedProduct): string[] => {
    const differences = [
      ['movements', totals.lines, product.seq],
      ['stock', totals.stock, product.stock],
      ['sold', totals.sold, product.sold],
      ['reserved', totals.reserved, product.reserved],
    ] as const;
    return differences
      .filter(([, ledger, said]) => ledger !== said)
      .map(([name, ledger, said]) => `the product says ${name} ${String(said)}, the ledger ${String(ledger)}`);
  };

  return {
    totals,
    visit,
    faults: (product: AuditedProduct) => [...gaps, ...compare(product), ...balances].slice(0, faultsMax),
  };
};

export interface AuditDependencies {
  ledger: Pick<MovementQueries, 'auditSnapshot'>;
  repair: LedgerRepair;
  /** Told what each audit has found. */
  audited?: (consistent: boolean) => void;
}

export const createAuditService = ({ ledger, repair, audited }: AuditDependencies) => {
  const look = async (productId: string) => {
    const replay = createReplay();
    const product = await ledger.auditSnapshot(productId, replay.visit);
    if (!product) throw new AppError('NOT_FOUND');
    const { totals } = replay;
    const faults = replay.faults(product);
    audited?.(faults.length === 0);
    const audit: Audit = {
      received: totals.stock + totals.sold + totals.reserved,
      ...totals,
      consistent: faults.length === 0,
      faults,
    };
    return { product, totals, audit };
  };

  return {
    /**
     * Replays the ledger of a product and compares.
     * @throws AppError NOT_FOUND when there never was such a product.
     */
    audit: async (productId: string): Promise<Audit> => (await look(productId)).audit,

    /**
     * Explains by an adjustment line what an outside hand has changed; a gap in the ledger itself stays one.
     * @returns the audit afterwards.
     * @throws AppError NOT_FOUND; UNAVAILABLE when the product moves too fast to be mended now.
     */
    repair: async (productId: string, actorId: string): Promise<Audit> => {
      for (let tries = 0; tries < repairTriesMax; tries++) {
        const { product, totals, audit } = await look(productId);
        if (audit.consistent || (await repair(product, totals, actorId))) return (await look(productId)).audit;
      }
      throw new AppError('UNAVAILABLE', { headers: { 'Retry-After': '1' } });
    },
  };
};

export type AuditService = ReturnType<typeof createAuditService>;
