import { jest } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createSchemaState } from '../../src/models/schema-state.js';
import { faultMongod } from '../helpers/fault-mongod.js';
import { describeMongo } from '../helpers/mongo.js';
import { waitFor } from '../helpers/wait-for.js';

jest.setTimeout(300_000);

/** After so long without a word any other command is given up. */
const silenceMs = 1_000;

describeMongo('an index build that takes longer than any other command may', () => {
  const server = faultMongod();
  const opened: Connection[] = [];
  afterAll(() => Promise.all(opened.map((each) => each.close())));

  /** A connection with one socket open, on which a command may take so long. */
  const connect = async (database: string, socketTimeoutMS: number): Promise<Connection> => {
    const uri = server.mongod().uri(database);
    const options = { socketTimeoutMS, retryWrites: false, heartbeatFrequencyMS: 60_000 };
    const connection = await mongoose.createConnection(uri, options).asPromise();
    opened.push(connection);
    await waitFor(() => connection.collection('warm').insertOne({}));
    return connection;
  };

  it('when the server is silent for as long, then the build is waited for, and other commands are not', async () => {
    const database = server.freshName();
    const [building, writing] = [await connect(database, silenceMs), await connect(database, silenceMs)];
    const declared = [{ name: 'things', indexes: [{ name: 'byColour', key: { colour: 1 }, options: {} }] }];
    const looking = createSchemaState(await connect(database, 0), declared);
    await looking.build({ ...(await looking.gap()), indexes: [] }, () => undefined);
    const gap = await looking.gap();

    server.mongod().freeze();
    const built = createSchemaState(building, declared).build(gap, () => undefined);
    // Sent after the build, so the build has been waited for even longer.
    const written = writing.collection('things').insertOne({ colour: 'red' });
    await expect(written).rejects.toThrow(/timed out/);
    server.mongod().thaw();
    await built;

    expect((await looking.gap()).indexes).toEqual([]);
  });
});
