import type { Connection } from 'mongoose';
import { movementCollection, type MovementDocument } from '../../src/models/movement.model.js';
import type { AppError } from '../../src/utils/errors.js';
import { newId } from '../../src/utils/uuid.js';
import { auditClean, ledgerOf } from '../helpers/audit-clean.js';
import { createCatalogue, people, storedProduct, type Catalogue } from '../helpers/catalogue.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { expectNobodyTurnedAway } from '../helpers/patiently.js';
import { customers, startShop, type LocalShop } from '../helpers/shop.js';
import { purchaseOf } from '../helpers/stock-commands.js';

describeMongo('one bad command among 500', () => {
  describe('over HTTP', () => {
    const database = freshDatabase();
    let connection: Connection;
    let shop: LocalShop;
    beforeAll(async () => {
      connection = await database.connect();
      shop = await startShop(database.uri);
    });
    afterAll(() => shop.close());

    it('when MongoDB refuses what one of them writes, then the other 499 are served and it alone fails', async () => {
      const [good, bad] = await Promise.all([shop.stocked(1000), shop.stocked(1000)]);
      // A line that the product knows nothing of stands where the next one has to go.
      const [line] = await ledgerOf(connection, bad.id);
      if (line === undefined) throw new Error('a product begins with a line');
      await connection
        .collection<MovementDocument>(movementCollection)
        .insertOne({ ...line, _id: newId(), seq: bad.seq + 1 });

      const answers = await Promise.all(
        customers(500).map(({ token }, index) => shop.client.buy(index === 250 ? bad.id : good.id, { token })),
      );

      expectNobodyTurnedAway(answers);
      const failed = answers.filter(({ status }) => status !== 201);
      expect(failed.map(({ status, error }) => [status, error.code])).toEqual([[500, 'INTERNAL']]);
      expect(failed[0]?.text).not.toMatch(/E11000|seq|mongo/i);
      await auditClean(shop, connection, good.id, { created: answers.filter(({ status }) => status === 201) });
      expect((await shop.client.product(bad.id)).data).toMatchObject({ stock: 1000, sold: 0, seq: 1 });
    });
  });

  describe('in the engine', () => {
    const database = freshDatabase();
    let catalogue: Catalogue;
    beforeAll(async () => {
      catalogue = await createCatalogue(await database.connect());
    });

    it('when the answer of one of them throws, then the other 499 are served, in one batch before and few after', async () => {
      const product = storedProduct({ name: 'Lamp', stock: 1000 });
      await catalogue.model.collection.insertOne(product as never);
      const poison = (index: number) =>
        index === 137
          ? {
              answer: () => {
                throw new Error('poison');
              },
            }
          : {};
      const command = (index: number) =>
        purchaseOf(newId(), product._id, 1, { buyerId: people.user.id, key: null, ...poison(index) });

      const results = await Promise.allSettled(
        Array.from({ length: 500 }, (_, index) => catalogue.engine.submit(command(index))),
      );

      const codes = results.map((result) => (result.status === 'rejected' ? (result.reason as AppError).status : 0));
      expectNobodyTurnedAway(codes.map((status) => ({ status })));
      const failed = results.flatMap((result, index) =>
        result.status === 'rejected' ? [[index, (result.reason as AppError).code]] : [],
      );
      expect(failed).toEqual([[137, 'INTERNAL']]);
      const stored = await catalogue.model.findById(product._id).lean().exec();
      expect(stored).toMatchObject({ stock: 501, sold: 499, seq: 500 });
      expect(await catalogue.movements.countDocuments({ productId: product._id })).toBe(499);
    });
  });
});
