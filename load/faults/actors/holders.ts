import type { Purchase, Reservation } from '../../../tests/helpers/api-client.js';
import { newId } from '../../../src/utils/uuid.js';
import type { AnsweredHold } from '../evidence.js';
import type { Dice } from '../random.js';
import type { Person } from '../system/people.js';
import { anyProducts, goOn, type Scene } from './scene.js';

const briefSeconds = 1;
const longSeconds = 900;

/** @returns undefined when nothing was set aside */
const reserve = async (
  scene: Scene,
  dice: Dice,
  { owner, isBrief }: { owner: Person; isBrief: boolean },
): Promise<AnsweredHold | undefined> => {
  const { goods, caller, record } = scene;
  const body = { quantity: dice.whole(1, 3), ttlSeconds: isBrief ? briefSeconds : longSeconds };
  const key = newId();
  const end = await caller.settle<Reservation>({
    what: 'a reservation',
    key,
    to: anyProducts(scene, dice),
    ends: [201, 409],
    send: (client, underKey) => client.reserve(goods.held, { token: owner.token, key: underKey, body }),
  });
  if (typeof end === 'string' || end.answer.status !== 201) return undefined;
  const { id, productId, quantity } = end.answer.data;
  const hold: AnsweredHold = {
    ...{ id, productId, quantity, buyerId: owner.id, key, isConfirmed: false },
    ...{ via: end.via, answeredMs: end.answeredMs },
  };
  record.holds.push(hold);
  return hold;
};

const confirm = async (
  scene: Scene,
  dice: Dice,
  { hold, owner }: { hold: AnsweredHold; owner: Person },
): Promise<void> => {
  const end = await scene.caller.settle<Purchase>({
    what: 'a confirmation',
    key: newId(),
    to: anyProducts(scene, dice),
    ends: [201, 409],
    send: (client, key) => client.confirm(hold.id, { token: owner.token, key }),
  });
  if (typeof end === 'string') return;
  // A clock that jumps ends it early; its units are on sale again then.
  if (end.answer.status !== 201) return;
  hold.isConfirmed = true;
  const { data, text } = end.answer;
  const { id, productId, quantity, unitPrice, stockAfter } = data;
  scene.record.sales.push({
    ...{ id, productId, quantity, unitPrice, stockAfter, text, buyerId: owner.id, holdId: hold.id },
    ...{ key: end.key, via: end.via, answeredMs: end.answeredMs },
  });
};

/** Lets a reservation go, which may be done any number of times. @returns whether it was answered as done */
export const release = async (
  scene: Scene,
  dice: Dice,
  { id, token }: { id: string; token: string },
): Promise<boolean> => {
  const end = await scene.caller.settle({
    what: 'a release',
    // None is sent: to release is to release, however often. But a repeat is wanted.
    key: newId(),
    to: anyProducts(scene, dice),
    ends: [204, 409],
    send: (client) => client.release(id, { token }),
  });
  return typeof end !== 'string' && end.answer.status === 204;
};

/** Somebody who sets units aside and then confirms, lets go or forgets. */
export const runHolder = (scene: Scene, dice: Dice): Promise<void> => {
  const owner = scene.newPerson();
  return goOn(scene, dice, async () => {
    const isBrief = dice.chance(0.3);
    const hold = await reserve(scene, dice, { owner, isBrief });
    if (hold === undefined || isBrief) return;
    if (dice.chance(0.5)) await confirm(scene, dice, { hold, owner });
    else await release(scene, dice, { id: hold.id, token: owner.token });
  });
};
