import type { MovementQueries } from '../models/movement-queries.js';
import { AppError } from '../utils/errors.js';

/** What the ledger says of a product, worked out line by line, beside what the product says of itself. */
export interface Audit {
  productId: string;
  /** Units that ever came in: what was there at first, restocks and stocktakes, less what was written off. */
  received: number;
  sold: number;
  reserved: number;
  stock: number;
  /** How many lines the ledger has. */
  lines: number;
  /** Whether the lines are gapless, each running balance is right, the sum adds up and the product agrees. */
  consistent: boolean;
  /** What is wrong, for people; empty when it is consistent. At most ten. */
  faults: string[];
}

const faultsMax = 10;

export interface AuditDependencies {
  ledger: Pick<MovementQueries, 'auditSnapshot'>;
}

export const createAuditService = ({ ledger }: AuditDependencies) => ({
  /**
   * Replays the ledger of a product and compares.
   * @throws AppError NOT_FOUND when there never was such a product.
   */
  audit: async (productId: string): Promise<Audit> => {
    const faults: string[] = [];
    const fault = (text: string): void => {
      if (faults.length < faultsMax) faults.push(text);
    };
    let [received, sold, reserved, stock, lines] = [0, 0, 0, 0, 0];
    const product = await ledger.auditSnapshot(productId, (line) => {
      lines++;
      stock += line.delta;
      sold += line.soldDelta;
      reserved += line.reservedDelta;
      received += line.delta + line.soldDelta + line.reservedDelta;
      if (line.seq !== lines) fault(`line ${String(line.seq)} stands where line ${String(lines)} should`);
      if (line.stockAfter !== stock) {
        fault(`line ${String(line.seq)} says ${String(line.stockAfter)} units are left, its forerunners ${String(stock)}`);
      }
      if (stock < 0 || sold < 0 || reserved < 0) fault(`below zero at line ${String(line.seq)}`);
    });
    if (!product) throw new AppError('NOT_FOUND');
    if (product.seq !== lines) fault(`the product has seen ${String(product.seq)} movements, the ledger has ${String(lines)}`);
    for (const [name, mine, theirs] of [
      ['stock', stock, product.stock],
      ['sold', sold, product.sold],
      ['reserved', reserved, product.reserved],
    ] as const) {
      if (mine !== theirs) fault(`${name} is ${String(theirs)}, the ledger says ${String(mine)}`);
    }
    return { productId, received, sold, reserved, stock, lines, consistent: faults.length === 0, faults };
  },
});

export type AuditService = ReturnType<typeof createAuditService>;
