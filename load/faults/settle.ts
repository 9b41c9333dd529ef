import { setTimeout as sleep } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { holdCollection, type HoldDocument } from '../../src/models/hold.model.js';
import { release } from './actors/holders.js';
import type { Scene } from './actors/scene.js';
import { auditRun, type AuditFault, type AuditLine } from './audit/audit.js';
import { bounded } from './bounded.js';
import type { Evidence } from './evidence.js';
import type { Dice } from './random.js';
import { databases } from './system/system.js';

/** After so long without a clean audit none is going to come. */
const settleMsMax = 240_000;
const lookMs = 250;
const lookMsMax = 300_000;
const repeatsMax = 30;
const soonMs = 2_000;

/** What may still come right when the load has ended: events travel, caches follow, reservations run out. All other lines are final. */
const settling: ReadonlySet<AuditLine> = new Set([
  'events complete',
  'cache equals database',
  'reservations ended',
  'orders settled',
  // What is looked at one after the other does not fit together while cancels and expiries are still under way.
  'ledger gapless',
  'received = stock + reserved + sold',
]);

/** A clock that had jumped may have made reservations that last for minutes: these are let go. */
export const releaseLong = async (client: mongo.MongoClient, scene: Scene, dice: Dice): Promise<void> => {
  const holds = client.db(databases.products).collection<HoldDocument>(holdCollection);
  const soon = new Date(Date.now() + soonMs);
  const long = { productId: scene.goods.held, status: 'held', expiresAt: { $gt: soon } } as const;
  const { token } = scene.newPerson('manager');
  for (const { _id } of await holds.find(long).toArray()) await release(scene, dice, { id: _id, token });
};

/** Asks again for purchases that were answered, under their keys: the first answer has to come again. */
export const repeatSome = async ({ record, endpoints, tokenOf }: Scene): Promise<void> => {
  const keyed = record.sales.flatMap((sale) =>
    sale.key === undefined || sale.holdId !== undefined ? [] : [{ ...sale, key: sale.key }],
  );
  const step = Math.max(1, Math.floor(keyed.length / repeatsMax));
  for (const [number, { key, productId, buyerId, quantity, text }] of keyed.entries()) {
    if (number % step !== 0) continue;
    const { client } = number % 2 === 0 ? endpoints.products1 : endpoints.products2;
    const answer = await client.buy(productId, { token: tokenOf(buyerId), key, body: { quantity } });
    // The queue may be full for a moment; nothing is learnt of the key then.
    if (answer.status === 503) continue;
    const isReplay = answer.headers['idempotent-replayed'] === 'true';
    record.repeats.push({ key, wanted: text, got: answer.text, status: answer.status, isReplay });
  }
};

/** Looks until the audit is clean, or has a fault that no waiting mends, or time is over. */
export const auditWhenQuiet = async (
  look: () => Promise<Evidence>,
): Promise<{ audit: AuditFault[]; evidence: Evidence }> => {
  const untilMs = performance.now() + settleMsMax;
  for (;;) {
    const evidence = await bounded(look(), lookMsMax, 'the look at what is left');
    const audit = auditRun(evidence);
    const isFinal = audit.length === 0 || audit.some(({ line }) => !settling.has(line));
    if (isFinal || performance.now() > untilMs) return { audit, evidence };
    await sleep(lookMs);
  }
};
