import type { Endpoint } from '../caller.js';
import type { Dice } from '../random.js';
import { anyProducts, goOn, type Scene } from './scene.js';

/** Reads a product, through the cache, and remembers what was shown, by whom and when. */
export const look = async ({ caller, record }: Scene, productId: string, to: () => Endpoint): Promise<void> => {
  const end = await caller.settle({
    what: 'a read',
    key: undefined,
    to,
    ends: [200],
    isRead: true,
    send: (client) => client.product(productId),
  });
  // One that broke has shown nothing.
  if (typeof end === 'string') return;
  const { via, sentMs, answeredMs, answer } = end;
  const isHit = answer.headers['x-cache'] === 'HIT';
  record.reads.push({ via, productId, seq: answer.data.seq, isHit, sentMs, answeredMs });
};

/** Somebody who looks at products. */
export const runReader = (scene: Scene, dice: Dice): Promise<void> => {
  const { goods } = scene;
  const ids = [goods.scarce, goods.plenty, goods.limited, goods.held, goods.ordered] as const;
  return goOn(scene, dice, () => look(scene, dice.pick(ids), anyProducts(scene, dice)));
};
