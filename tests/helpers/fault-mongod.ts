import type { Connection } from 'mongoose';
import { connectMongo } from '../../src/config/mongo.js';
import { newId } from '../../src/utils/uuid.js';
import { startMongod, type TestMongod } from './mongo.js';

export interface FaultMongod {
  /** The mongod, to be killed and frozen at will. */
  mongod: () => TestMongod;
  /** A database of its own for each test. */
  freshName: () => string;
  /** A connection with which the test itself looks; closed at the end of the file. */
  connect: (database: string) => Promise<Connection>;
}

/** A mongod for the calling file alone. Call it while tests are being defined, inside `describeMongo`. */
export const faultMongod = (): FaultMongod => {
  let mongod: TestMongod | undefined;
  const opened: Connection[] = [];
  const running = (): TestMongod => {
    if (mongod === undefined) throw new Error('the mongod runs while tests do');
    return mongod;
  };
  beforeAll(async () => {
    mongod = await startMongod();
  }, 240_000);
  afterAll(async () => {
    mongod?.thaw();
    await Promise.all(opened.map((each) => each.close()));
    await mongod?.stop();
  }, 120_000);
  return {
    mongod: running,
    freshName: () => `f_${newId().replaceAll('-', '')}`,
    connect: async (database) => {
      const { connection } = await connectMongo({
        uri: running().uri(database),
        appName: 'tests',
        logger: { warn: () => undefined },
      });
      opened.push(connection);
      return connection;
    },
  };
};
