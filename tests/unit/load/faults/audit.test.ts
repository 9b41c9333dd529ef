import { auditRun, type AuditLine } from '../../../../load/faults/audit/audit.js';
import type { Evidence } from '../../../../load/faults/evidence.js';
import { cleanEvidence, ids } from './evidence.js';

/** The writable form, for sabotage. */
type Loose<T> = T extends Date ? T : T extends object ? { -readonly [K in keyof T]: Loose<T[K]> } : T;

const sabotaged = (sabotage: (evidence: Loose<Evidence>) => void): AuditLine[] => {
  const evidence = cleanEvidence() as Loose<Evidence>;
  sabotage(evidence);
  return auditRun(evidence as Evidence).map(({ line }) => line);
};

const first = <T>(items: T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error('there is none');
  return item;
};

const lineOf = (evidence: Loose<Evidence>, id: string) => first(evidence.lines.filter(({ _id }) => _id === id));

describe('the audit of a run', () => {
  it('when everything is right, repeated and unordered events included, then it finds nothing', () => {
    expect(auditRun(cleanEvidence())).toEqual([]);
  });

  it.each<[string, AuditLine, (evidence: Loose<Evidence>) => void]>([
    [
      'an answered purchase has no line',
      'every success is in the ledger',
      (e) => void (lineOf(e, ids.sale)._id = 'other'),
    ],
    ['a line says another quantity', 'every success is in the ledger', (e) => void (lineOf(e, ids.sale).soldDelta = 1)],
    ['an answered reservation is not kept', 'every success is in the ledger', (e) => void e.holds.pop()],
    [
      'an answered adjustment has another seq',
      'every success is in the ledger',
      (e) => void (first(e.record.moves).seq = 5),
    ],
    ['an answered product is not kept', 'every success is in the ledger', (e) => void e.products.pop()],
    ['an answered order is not kept', 'every success is in the ledger', (e) => void e.orders.pop()],
    ['more is sold than there was', 'no oversell', (e) => void (lineOf(e, ids.taken).stockAfter = -1)],
    ['stock is below zero', 'no oversell', (e) => void (first(e.products).stock = -1)],
    ['a customer has more than the limit', 'no oversell', (e) => void (first(e.products).perCustomerLimit = 5)],
    [
      'a key bought twice',
      'no doubled effect',
      (e) => e.record.sales.push({ ...first(e.record.sales), id: ids.taken }),
    ],
    ['a line is nobody’s', 'no doubled effect', (e) => void e.record.sales.shift()],
    ['an adjustment is nobody’s', 'no doubled effect', (e) => void e.record.moves.pop()],
    ['a repeat is answered otherwise', 'no doubled effect', (e) => void (first(e.record.repeats).got = '{"id":2}')],
    ['a repeat buys anew', 'no doubled effect', (e) => void (first(e.record.repeats).isReplay = false)],
    ['a line is missing', 'ledger gapless', (e) => void e.lines.splice(1, 1)],
    ['a balance is wrong', 'ledger gapless', (e) => void (lineOf(e, ids.move).stockAfter = 6)],
    ['the product says another stock', 'ledger gapless', (e) => void (first(e.products).stock = 4)],
    ['units came from nowhere', 'received = stock + reserved + sold', (e) => void (first(e.products).stock = 6)],
    [
      'its own audit finds a fault',
      'received = stock + reserved + sold',
      (e) => void (first(e.audits).consistent = false),
    ],
    ['an event never came', 'events complete', (e) => void e.events?.splice(1, 1)],
    ['the last event never came', 'events complete', (e) => void e.events?.splice(3, 1)],
    ['a line is told of twice', 'events complete', (e) => e.events?.push({ ...first(e.events), id: 'e9' })],
    ['an order is confirmed and nobody told', 'events complete', (e) => void e.events?.pop()],
    ['what came is no event', 'events complete', (e) => void e.refusedEvents.push('{} is no event')],
    ['a dead letter is left', 'events complete', (e) => void (e.deadLetters = 1)],
    ['an event was never published', 'events complete', (e) => void (e.outboxLeft = 1)],
    ['a process shows an old stock', 'cache equals database', (e) => void (first(e.views).stock = 8)],
    [
      'a read is older than a write before it',
      'no stale read in the writing process',
      (e) => void (first(e.record.reads).seq = 5),
    ],
    ['a reservation is held for ever', 'reservations ended', (e) => void (first(e.holds).status = 'held')],
    ['a confirmed reservation was released', 'reservations ended', (e) => void (first(e.holds).status = 'released')],
    ['units stay reserved', 'reservations ended', (e) => void (first(e.products).reserved = 1)],
    ['an order stays pending', 'orders settled', (e) => void (first(e.orders).status = 'pending')],
    ['a rejected order took units', 'orders settled', (e) => void (first(e.orders).status = 'rejected')],
    ['an answered cancel did not happen', 'orders settled', (e) => void (first(e.record.orders).isCancelled = true)],
    [
      'an order took units twice',
      'orders settled',
      (e) => void e.lines.push({ ...lineOf(e, ids.taken), _id: 'x', seq: 7 }),
    ],
    ['an answer is a 500', 'answers of the contract', (e) => void e.record.faults.push('a purchase: 500')],
    [
      'a process ended by itself',
      'no process ended by itself',
      (e) => void e.crashes.push('orders ended by itself (1)'),
    ],
  ])('when %s, then the line "%s" says so', (_what, line, sabotage) => {
    expect(sabotaged(sabotage)).toContain(line);
  });

  it('when a read was answered by another life of the process, or sent before the write was answered, then it may be older', () => {
    const older = (change: (read: Loose<Evidence>['record']['reads'][number]) => void): AuditLine[] =>
      sabotaged(({ record }) => {
        const read = first(record.reads);
        read.seq = 3;
        change(read);
      });
    expect(older((read) => void (read.via = { name: 'products1', incarnation: 2 }))).toEqual([]);
    expect(older((read) => void (read.via = { name: 'products2', incarnation: 1 }))).toEqual([]);
    expect(older((read) => void (read.sentMs = 99))).toEqual([]);
    expect(older(() => undefined)).toEqual(['no stale read in the writing process']);
  });

  it('when a purchase without a key was lost with its connection, then it explains one line and no more', () => {
    const lost = { productId: ids.product, buyerId: ids.buyer, quantity: 2 };
    expect(sabotaged(({ record }) => void (record.sales.shift(), record.lost.push(lost)))).toEqual([]);
    expect(sabotaged(({ record }) => void (record.sales.shift(), record.lost.push({ ...lost, quantity: 1 })))).toEqual([
      'no doubled effect',
    ]);
  });
});
