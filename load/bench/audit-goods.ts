import { judgeAudit } from './audit.js';
import type { Participant, Wares } from './participant.js';
import { auditSample, type Goods } from './shelf.js';

/** Of larger catalogues a sample is audited. */
const auditedMax = 10_000;
const sampleMax = 1_000;

/** Holds what buyers were told against the database; empty: clean. */
export const auditGoods = async (participant: Participant, goods: Goods, wares: Wares): Promise<string[]> => {
  const chosen = goods.ids.length <= auditedMax ? [...goods.ids.keys()] : auditSample(goods.answered, sampleMax);
  const ids = chosen.map((index) => goods.ids[index] ?? '');
  const answered = chosen.map((index) => goods.answered[index] ?? 0);
  return judgeAudit(await participant.facts(ids, answered, wares));
};
