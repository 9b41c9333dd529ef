import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { connectMongo, type Mongo } from '../../src/config/mongo.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';

const madeSockets = 'net.client.socket';

describeMongo('a command on a connection that has just ended', () => {
  const database = freshDatabase();
  const sockets = new Set<Socket>();
  const note = (message: unknown): void => void sockets.add((message as { socket: Socket }).socket);
  let mongo: Mongo;

  beforeAll(async () => {
    subscribe(madeSockets, note);
    mongo = await connectMongo({ uri: database.uri, appName: 'tests', logger: { warn: () => undefined } });
  });
  afterAll(async () => {
    unsubscribe(madeSockets, note);
    await mongo.close();
  });

  const things = () => mongo.connection.collection<{ _id: number }>('things');
  /** As the kernel does it: nothing is told before the next turn of the loop. */
  const breakAll = (error?: Error): void => {
    for (const socket of sockets) if (!socket.destroyed) socket.destroy(error);
  };

  it.each([
    ['without a word', undefined],
    ['with an error', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ])(
    'when its socket is destroyed %s before the command is written, then a read comes again by itself',
    async (_, error) => {
      await things().replaceOne({ _id: 1 }, {}, { upsert: true });
      breakAll(error);
      expect(await things().findOne({ _id: 1 })).toEqual({ _id: 1 });
    },
  );

  it('when the command is written as its socket is destroyed, then what may not be repeated fails as on a broken connection', async () => {
    await things().findOne({});
    const pinging = mongo.connection.db?.command({ ping: 1 });
    breakAll();
    await expect(pinging).rejects.toMatchObject({ name: 'MongoNetworkError' });
  });

  it('when a connection has ended, then nobody who writes on it waits', async () => {
    await things().findOne({});
    for (let round = 0; round < 5; round++) {
      const before = Array.from({ length: 20 }, () => things().findOne({ _id: 1 }));
      breakAll();
      const after = Array.from({ length: 20 }, () => things().findOne({ _id: 1 }));
      // How they end is the driver's business; that they do is the claim.
      expect(await Promise.allSettled([...before, ...after])).toHaveLength(40);
    }
  });
});
