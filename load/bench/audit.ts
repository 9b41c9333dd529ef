/** What the database says of one product after a purchase run, beside what the buyers were told. */
export interface AuditFacts {
  productId: string;
  /** 201s that buyers have received; each of them for one unit. */
  answered: number;
  stockAtFirst: number;
  stockNow: number;
  /** Ledger lines of sales, or orders. */
  lines: number;
  /** Units on those lines. */
  units: number;
  /** The lowest stock that was ever seen, where a ledger tells it; else the stock now. */
  stockLowest: number;
  /** The most that one customer has got, where a limit holds. */
  mostOfOneCustomer?: number;
  limit?: number;
  /** What the service's own audit says, where it has one. */
  consistent?: boolean;
}

const faultsOf = (facts: AuditFacts): string[] => {
  const faults: string[] = [];
  const sold = facts.stockAtFirst - facts.stockNow;
  if (sold !== facts.answered) faults.push(`${sold} units sold, ${facts.answered} answered`);
  if (facts.lines !== facts.answered) faults.push(`${facts.lines} lines, ${facts.answered} answered`);
  if (facts.units !== facts.answered) faults.push(`${facts.units} units on the lines, ${facts.answered} answered`);
  if (facts.stockNow < 0 || facts.stockLowest < 0)
    faults.push(`stock fell to ${Math.min(facts.stockNow, facts.stockLowest)}`);
  if (facts.limit !== undefined && (facts.mostOfOneCustomer ?? 0) > facts.limit) {
    faults.push(`one customer got ${facts.mostOfOneCustomer ?? 0}, the limit is ${facts.limit}`);
  }
  if (facts.consistent === false) faults.push('its own audit is not consistent');
  return faults.map((fault) => `${facts.productId}: ${fault}`);
};

/** Everything that is wrong with a purchase run; a line that has any of it has no figure. Empty: clean. */
export const judgeAudit = (products: readonly AuditFacts[]): string[] => products.flatMap(faultsOf);
