import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '../../../src/utils/uuid.js';
import type { AnsweredOrder } from '../evidence.js';
import type { Dice } from '../random.js';
import type { Person } from '../system/people.js';
import { goOn, type Scene } from './scene.js';

interface OrderShown {
  id: string;
  items: { productId: string; quantity: number }[];
}

/** One order, to its definite answer. @returns undefined when none was made */
export const order = async (scene: Scene, dice: Dice, buyer: Person): Promise<AnsweredOrder | undefined> => {
  const { goods, endpoints, caller, record } = scene;
  const few = { productId: goods.orderedScarce, quantity: dice.whole(1, 3) };
  const some = { productId: goods.ordered, quantity: dice.whole(1, 3) };
  const items = dice.pick([[some], [some], [few], [some, few]]);
  const key = newId();
  const end = await caller.settle({
    what: 'an order',
    key,
    to: () => endpoints.orders,
    ends: [201],
    send: (client, underKey) => client.api('POST', '/orders', { token: buyer.token, key: underKey, body: { items } }),
  });
  if (typeof end === 'string') return undefined;
  const shown = end.answer.data as OrderShown;
  const made: AnsweredOrder = { id: shown.id, buyerId: buyer.id, items: shown.items, key, isCancelled: false };
  record.orders.push(made);
  return made;
};

const cancel = async ({ caller, endpoints }: Scene, made: AnsweredOrder, { token }: Person): Promise<void> => {
  const end = await caller.settle({
    what: 'a cancel',
    key: newId(),
    to: () => endpoints.orders,
    ends: [200, 409],
    send: (client, key) => client.api('POST', `/orders/${made.id}/cancel`, { token, key }),
  });
  if (typeof end !== 'string' && end.answer.status === 200) made.isCancelled = true;
};

/** Somebody who orders, and cancels at once, later or never. */
export const runOrderer = (scene: Scene, dice: Dice): Promise<void> => {
  const buyer = scene.newPerson();
  return goOn(scene, dice, async () => {
    const [cancels, waits] = [dice.chance(0.4), dice.chance(0.5)];
    const made = await order(scene, dice, buyer);
    if (made === undefined || !cancels) return;
    // By then it has its end, as a rule: to cancel what is taken is another thing than to cancel what is pending.
    if (waits) await sleep(dice.whole(100, 800));
    await cancel(scene, made, buyer);
  });
};

/** Many orders at once. */
export const runOrderBurst = async (scene: Scene, dice: Dice, count: number): Promise<void> => {
  await Promise.all(Array.from({ length: count }, () => order(scene, dice, scene.newPerson())));
};
