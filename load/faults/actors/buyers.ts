import type { Purchase } from '../../../tests/helpers/api-client.js';
import { newId } from '../../../src/utils/uuid.js';
import type { Endpoint } from '../caller.js';
import type { Dice } from '../random.js';
import type { Person } from '../system/people.js';
import { look } from './readers.js';
import { anyProducts, goOn, type Scene } from './scene.js';

export interface Buying {
  buyer: Person;
  productId: string;
  quantity: number;
  key: string | undefined;
  to: () => Endpoint;
  /** Whether the buyer looks at what is left, at once and where they bought: what is stale shows there first. */
  looks: boolean;
}

/** One purchase, to its definite end. */
export const buy = async (scene: Scene, { buyer, productId, quantity, key, to, looks }: Buying): Promise<void> => {
  const { caller, record, endpoints } = scene;
  const end = await caller.settle<Purchase>({
    what: 'a purchase',
    key,
    to,
    ends: [201, 409],
    send: (client, underKey) => client.buy(productId, { token: buyer.token, key: underKey, body: { quantity } }),
  });
  if (end === 'lost') record.lost.push({ productId, buyerId: buyer.id, quantity });
  if (typeof end === 'string' || end.answer.status !== 201) return;
  const { data, text } = end.answer;
  const { id, unitPrice, stockAfter } = data;
  record.sales.push({
    ...{ id, productId: data.productId, buyerId: buyer.id, quantity: data.quantity, unitPrice, stockAfter, text },
    ...{ key: end.key, via: end.via, answeredMs: end.answeredMs },
  });
  if (looks) await look(scene, productId, () => endpoints[end.via.name]);
};

/** Somebody who buys on and on, every other one with keys of their own. */
export const runBuyer = (scene: Scene, dice: Dice, number: number): Promise<void> => {
  const { goods, newPerson } = scene;
  const buyer = newPerson();
  const to = anyProducts(scene, dice);
  return goOn(scene, dice, () =>
    buy(scene, {
      buyer,
      productId: dice.pick([goods.scarce, goods.plenty, goods.plenty, goods.limited]),
      quantity: dice.whole(1, 3),
      key: number % 2 === 0 ? newId() : undefined,
      to,
      looks: dice.chance(0.6),
    }),
  );
};

/** Many at once at one process. */
export const runBurst = async (scene: Scene, at: Endpoint, count: number): Promise<void> => {
  const buyings = Array.from({ length: count }, (_each, index) =>
    buy(scene, {
      buyer: scene.newPerson(),
      productId: scene.goods.plenty,
      quantity: 1,
      key: index % 2 === 0 ? newId() : undefined,
      to: () => at,
      looks: false,
    }),
  );
  await Promise.all(buyings);
};
