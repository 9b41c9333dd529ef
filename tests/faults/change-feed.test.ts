import { faultMongod } from '../helpers/fault-mongod.js';
import { describeMongo } from '../helpers/mongo.js';
import { startShop, type LocalShop } from '../helpers/shop.js';
import { waitFor } from '../helpers/wait-for.js';

describeMongo('the change feed while MongoDB fails', () => {
  const { mongod, freshName, connect } = faultMongod();
  const database = freshName();
  let shop: LocalShop;

  beforeAll(async () => {
    shop = await startShop(mongod().uri(database));
    await waitFor(async () => (await shop.client.send('GET', '/readyz')).status === 200);
  }, 240_000);
  afterAll(() => shop.close());

  /** Another tool renames a product, and the cache has to follow. */
  const followsOthers = async (name: string): Promise<void> => {
    const { id } = await waitFor(() => shop.stocked(5), { deadlineMs: 60_000 });
    await waitFor(async () => (await shop.client.product(id)).headers['x-cache'] === 'HIT', { deadlineMs: 60_000 });
    const connection = await connect(database);
    await connection.collection<{ _id: string }>('products').updateOne({ _id: id }, { $set: { name } });
    await waitFor(async () => (await shop.client.product(id)).data.name === name, { deadlineMs: 60_000 });
  };

  it('when mongod is killed and comes back, then it goes on', async () => {
    await mongod().kill();
    await mongod().restart();
    await followsOthers('after the restart');
    await followsOthers('and again');
  }, 400_000);

  it('when mongod is frozen for a while, then it goes on', async () => {
    const frozen = mongod();
    frozen.freeze();
    await waitFor(async () => (await shop.client.send('GET', '/readyz')).status === 503, { deadlineMs: 60_000 });
    frozen.thaw();
    await followsOthers('after the frost');
  }, 400_000);
});
