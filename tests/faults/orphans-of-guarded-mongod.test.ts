import { connectMongo } from '../../src/config/mongo.js';
import { appNameOf } from '../../src/models/process.model.js';
import { productCollection, type ProductDocument } from '../../src/models/product.model.js';
import { newId } from '../../src/utils/uuid.js';
import { startGuardedMongod, type GuardedMongod } from '../helpers/guarded-mongod.js';
import { describeMongo } from '../helpers/mongo.js';
import { expectNobodyTurnedAway } from '../helpers/patiently.js';
import { person, startShop } from '../helpers/shop.js';

describeMongo('an open transaction of a dead process, on a MongoDB that asks for a password', () => {
  let mongod: GuardedMongod;

  beforeAll(async () => {
    mongod = await startGuardedMongod();
    // The server must not be the one who ends what is open.
    await mongod.asRoot({ setParameter: 1, transactionLifetimeLimitSeconds: 60 });
  }, 300_000);

  afterAll(() => mongod.stop());

  it('when the service may read and write its database and no more, then it ends it all the same', async () => {
    const { uri } = mongod;
    const shop = await startShop(uri);
    const { id } = await shop.stocked(10);
    const dead = await connectMongo({ uri, appName: appNameOf(newId()), logger: { warn: () => undefined } });
    try {
      const session = dead.client.startSession();
      session.startTransaction();
      const products = dead.connection.collection<ProductDocument>(productCollection);
      await products.updateOne({ _id: id }, { $inc: { stock: -1 } }, { session });
      const { status, text } = await shop.client.buy(id, { token: person().token, body: {} });
      expectNobodyTurnedAway([{ status }]);
      expect({ status, text }).toMatchObject({ status: 201 });
      await expect(session.commitTransaction()).rejects.toMatchObject({ code: 251 });
      await session.endSession();
    } finally {
      await dead.close();
      await shop.close();
    }
  }, 240_000);
});
