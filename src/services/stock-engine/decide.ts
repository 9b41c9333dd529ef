import { commandKeptMs, type CommandDocument, type StoredAnswer } from '../../models/command.model.js';
import type { OutboxJob, StockEvent } from '../../models/outbox.model.js';
import type { StockState, StockWrites } from '../../models/stock-state.js';
import type { DomainEvent } from '../../schemas/events.js';
import type { FieldFault } from '../../utils/errors.js';
import { newId } from '../../utils/uuid.js';
import { takeBackExpired } from './apply-hold.js';
import { applyLine } from './apply-line.js';
import type { AppliedLine, Outcome, Refusal, StockCommand } from './commands.js';
import { createCustomerTally } from './customer-tally.js';
import { createHoldDraft } from './hold-draft.js';
import { createLedgerDraft, type LedgerDraft } from './ledger-draft.js';
import type { Drafting } from './line-result.js';
import { createOrderDraft } from './order-draft.js';

/** What comes of a batch: an outcome per command, in their order, and what to write; null when nothing moves. */
export interface Decision {
  outcomes: readonly Outcome[];
  writes: StockWrites | null;
}

/** Names the line of a batch or an order that was refused, beside what the refusal says itself. */
const namingLine = (refusal: Refusal, command: StockCommand, index: number): Refusal => {
  const line = command.lines[index];
  if ((command.kind !== 'batch' && command.kind !== 'order') || !line || line.type === 'initial') return refusal;
  const { code, details } = refusal;
  if (Array.isArray(details)) {
    const faults = details as FieldFault[];
    return {
      code,
      details: faults.map(({ path, message }) => ({ path: `changes.${String(index)}.${path}`, message })),
    };
  }
  return { code, details: { index, productId: line.productId, ...(details as object | undefined) } };
};

const keep = ({ draft, tally, holds }: Drafting): void => {
  draft.keep();
  tally.keep();
  holds.keep();
};

const applyAll = (drafting: Drafting, command: StockCommand): Outcome => {
  const { draft, tally, holds } = drafting;
  const applied: AppliedLine[] = [];
  for (let index = 0; index < command.lines.length; index++) {
    const line = command.lines[index];
    if (line === undefined) break;
    const result = applyLine(drafting, command, line);
    if (!result.ok) {
      draft.undo();
      tally.undo();
      holds.undo();
      return { ok: false, refusal: namingLine(result.refusal, command, index) };
    }
    if (result.applied !== null) applied.push(result.applied);
  }
  keep(drafting);
  return { ok: true, answer: command.answer(applied), replayed: false };
};

const reused: Outcome = { ok: false, refusal: { code: 'IDEMPOTENCY_KEY_REUSED' } };

/** What a repeat is told: the first answer, if it is a repeat indeed. */
const replay = (command: StockCommand, stored: StoredAnswer): Outcome =>
  stored.hash === command.hash ? { ok: true, answer: stored.answer, replayed: true } : reused;

const events = (draft: LedgerDraft): StockEvent[] => {
  const createdIds = new Set(draft.created.map((product) => product._id));
  return draft.moved().map(({ product, firstSeq }) => ({
    id: newId(),
    type: createdIds.has(product._id) ? 'product.created' : 'stock.changed',
    productId: product._id,
    seq: product.seq,
    firstSeq,
    stock: product.stock,
    reserved: product.reserved,
    sold: product.sold,
  }));
};

/**
 * Decides a batch: first come, first served, each command whole or not at all, keys before stock, and before
 * all of them what has expired is taken back. Pure but for the ids
 * of its events: the state is not touched, and the same state, commands and time give the same outcomes and movements.
 */
export const decide = (state: StockState, commands: readonly StockCommand[], at: Date): Decision => {
  const draft = createLedgerDraft(state);
  const tally = createCustomerTally(state.counters);
  const holds = createHoldDraft(state.holds);
  const orders = createOrderDraft(state.orders);
  const drafting: Drafting = { draft, tally, holds, at };
  const answered = new Map<string, StoredAnswer>();
  const kept: CommandDocument[] = [];
  const jobs: OutboxJob[] = [];
  const announced: DomainEvent[] = [];

  const lineAnswer = (command: StockCommand, lineId: string): StoredAnswer | undefined => {
    const movement = state.lines.get(lineId);
    return movement && command.answerOfLine?.(movement);
  };

  const decideOrder = (command: StockCommand, id: string): Outcome => {
    const objection = orders.objection(id, command.kind);
    if (objection) return objection;
    const outcome = applyAll(drafting, command);
    if (!outcome.ok) return outcome;
    orders.done(id, command, at);
    if (command.announces) announced.push(...command.announces);
    return outcome;
  };

  const decideOne = (command: StockCommand): Outcome => {
    const { key } = command;
    if (key === null) return applyAll(drafting, command);
    if (key.kind === 'order') return decideOrder(command, key.id);
    const before =
      answered.get(key.id) ?? (key.kind === 'stored' ? state.answers.get(key.id) : lineAnswer(command, key.id));
    if (before) return replay(command, before);
    const outcome = applyAll(drafting, command);
    if (!outcome.ok) return outcome;
    const { answer } = outcome;
    if (command.announces) announced.push(...command.announces);
    if (command.jobs) jobs.push(...command.jobs);
    answered.set(key.id, { hash: command.hash, answer });
    if (key.kind === 'stored') {
      kept.push({
        _id: key.id,
        hash: command.hash,
        ...answer,
        expiresAt: new Date(at.getTime() + commandKeptMs),
      });
    }
    return outcome;
  };

  takeBackExpired(drafting);
  keep(drafting);
  const outcomes = commands.map(decideOne);
  if (draft.movements.length === 0) return { outcomes, writes: null };
  return {
    outcomes,
    writes: {
      created: draft.created,
      products: draft.productWrites(),
      movements: draft.movements,
      counters: tally.writes(),
      holds: holds.added,
      holdEnds: holds.ends(),
      orders: orders.taken(),
      orderReturns: orders.returned(),
      commands: kept,
      events: events(draft),
      announced,
      jobs,
      at,
    },
  };
};
