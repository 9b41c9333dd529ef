import { setTimeout as sleep } from 'node:timers/promises';
import { createPurchaseService } from '../../src/services/purchase.service.js';
import { newId } from '../../src/utils/uuid.js';
import { createCatalogue, people, storedProduct } from '../helpers/catalogue.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { notTurnedAway } from '../helpers/patiently.js';
import { randomFrom } from '../helpers/random.js';
import { seed } from '../helpers/seed.js';
import { commandOf } from '../helpers/stock-commands.js';

const rounds = 80;
/** About what a batch takes, so that the second engine reads while the first commits. */
const batchMs = 8;

describeMongo('the last unit, asked for twice under one key', () => {
  const database = freshDatabase();

  it(`when the repeat reaches another process meanwhile, then it gets the purchase and no refusal (TEST_SEED=${String(seed)})`, async () => {
    const random = randomFrom(seed);
    const first = await createCatalogue(await database.connect());
    const second = await createCatalogue(await database.connect());
    const ledger = { sale: () => Promise.resolve(null), sales: () => Promise.resolve([]) };
    const [here, there] = [first, second].map(({ engine }) => createPurchaseService({ engine, ledger }));
    for (let round = 0; round < rounds; round++) {
      const product = storedProduct({ name: `round ${String(round)}`, stock: 1 });
      const line = { type: 'initial', id: newId(), product } as const;
      await notTurnedAway(first.engine.submit(commandOf(newId(), [line], { kind: 'create', buyerId: null })));
      const wish = { productId: product._id, quantity: 1 };
      const key = newId();
      const both = Promise.all([
        here?.buy(people.user, wish, key),
        // Not a wait for something, but the moment at which the other customer's click lands.
        sleep(random() * batchMs).then(() => there?.buy(people.user, wish, key)),
      ]);
      const [bought, repeated] = await notTurnedAway(both);
      expect(repeated?.body).toBe(bought?.body);
      expect(await first.movements.countDocuments({ productId: product._id, type: 'sale' })).toBe(1);
    }
  });
});
