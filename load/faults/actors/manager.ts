import type { BatchChanged, Changed, Movement } from '../../../tests/helpers/api-client.js';
import { newId } from '../../../src/utils/uuid.js';
import type { Definite } from '../caller.js';
import type { Dice } from '../random.js';
import type { Person } from '../system/people.js';
import { anyProducts, goOn, type Scene } from './scene.js';

const note = ({ record }: Scene, movements: readonly Movement[], end: Definite<unknown>): void => {
  for (const { id, productId, seq, delta, stockAfter } of movements) {
    const { key = '', via, answeredMs } = end;
    record.moves.push({ id, productId, seq, delta, stockAfter, key, via, answeredMs });
  }
};

const adjust = async (scene: Scene, dice: Dice, manager: Person): Promise<void> => {
  const { goods, caller } = scene;
  const productId = dice.pick([goods.scarce, goods.plenty, goods.held, goods.ordered]);
  const body = { delta: dice.pick([1, 2, 5, -1]), reason: 'what the fault runner restocks' };
  const end = await caller.settle<Changed>({
    what: 'an adjustment',
    key: newId(),
    to: anyProducts(scene, dice),
    ends: [200, 409],
    send: (client, key) => client.change(productId, { token: manager.token, key, body }),
  });
  if (typeof end !== 'string' && end.answer.status === 200) note(scene, [end.answer.data.movement], end);
};

const batch = async (scene: Scene, dice: Dice, manager: Person): Promise<void> => {
  const { goods, caller } = scene;
  const ids = [goods.plenty, goods.orderedScarce, goods.limited];
  const body = { changes: ids.map((productId) => ({ productId, delta: dice.whole(1, 3), reason: 'a delivery' })) };
  const end = await caller.settle<{ changes: BatchChanged[] }>({
    what: 'a batch',
    key: newId(),
    to: anyProducts(scene, dice),
    ends: [200, 409],
    send: (client, key) => client.batch({ token: manager.token, key, body }),
  });
  if (typeof end === 'string' || end.answer.status !== 200) return;
  note(
    scene,
    end.answer.data.changes.map(({ movement }) => movement),
    end,
  );
};

/** Somebody who restocks, line by line or several at once. */
export const runManager = (scene: Scene, dice: Dice): Promise<void> => {
  const manager = scene.newPerson('manager');
  return goOn(scene, dice, () => (dice.chance(0.7) ? adjust(scene, dice, manager) : batch(scene, dice, manager)));
};
