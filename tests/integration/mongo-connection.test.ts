import mongoose from 'mongoose';
import { connectMongo } from '../../src/config/mongo.js';
import { freePort } from '../../src/config/mongod-process.js';
import { describeMongo, freshDatabase, startMongod } from '../helpers/mongo.js';

const silent = { warn: () => undefined };

describeMongo('connectMongo', () => {
  const database = freshDatabase();

  it('when the database is a replica set, then it can do transactions with majority writes', async () => {
    const connection = await database.connect();
    await connection.createCollection('things');
    await connection.transaction(async (session) => {
      await connection.collection('things').insertOne({ a: 1 }, { session });
    });
    expect(await connection.collection('things').countDocuments()).toBe(1);
    expect(connection.getClient().options.writeConcern.w).toBe('majority');
    expect(connection.getClient().options.appName).toBe('tests');
  });

  it('when a filter made from input carries an operator, then it matches nothing more than a value would', async () => {
    const connection = await database.connect();
    const Person = connection.model('Person', new mongoose.Schema({ email: String }));
    await Person.collection.insertOne({ email: 'a@example.com' });
    const filter = JSON.parse('{"email":{"$gt":""}}') as { email: string };
    await expect(Person.findOne(filter).exec()).rejects.toThrow(/Cast to string/);
    expect(await Person.findOne({ email: 'a@example.com' })).not.toBeNull();
  });

  it('when the database is standalone, then the line says how to make it a replica set', async () => {
    const alone = await startMongod({ replicaSet: false });
    try {
      await expect(
        connectMongo({ uri: alone.uri('stockroom'), appName: 'tests', logger: silent }),
      ).rejects.toMatchObject({
        name: 'StartError',
        message: expect.stringMatching(/standalone.*--replSet.*rs\.initiate\(\)/) as string,
      });
    } finally {
      await alone.stop();
    }
  });

  it('when nobody answers, then it gives up after its patience with a line that hides the password', async () => {
    const port = await freePort();
    const connecting = connectMongo({
      uri: `mongodb://someone:secret-word@127.0.0.1:${port}/stockroom?replicaSet=rs0`,
      appName: 'tests',
      logger: silent,
      patienceMs: 100,
    });
    await expect(connecting).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/^MONGO_URI mongodb:\/\/\*\*\*@127\.0\.0\.1:\d+.* cannot be reached/) as string,
    });
    await expect(connecting).rejects.not.toMatchObject({ message: expect.stringContaining('secret-word') as string });
  });

  it('when the URI has an option that does not exist, then the line names MONGO_URI', async () => {
    await expect(
      connectMongo({ uri: 'mongodb://127.0.0.1:1/?nonsense=1', appName: 'tests', logger: silent }),
    ).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/^MONGO_URI is not valid/) as string,
    });
  });

  it('when the set was never initiated, then the line says how to', async () => {
    const alone = await startMongod({ initiate: false });
    try {
      await expect(
        connectMongo({ uri: alone.uri('stockroom'), appName: 'tests', logger: silent, patienceMs: 100 }),
      ).rejects.toMatchObject({ message: expect.stringMatching(/never initiated.*rs\.initiate\(\)/) as string });
    } finally {
      await alone.stop();
    }
  });

  it('when the database comes up late, then it is waited for', async () => {
    const late = await startMongod();
    try {
      await late.kill();
      const connecting = connectMongo({ uri: late.uri('stockroom'), appName: 'tests', logger: silent });
      await late.restart();
      const { connection, close } = await connecting;
      expect(connection.readyState).toBe(mongoose.ConnectionStates.connected);
      await close();
    } finally {
      await late.stop();
    }
  });
});
