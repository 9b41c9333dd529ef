import mongoose from 'mongoose';
import { createOutboxModel } from '../../src/models/outbox.model.js';
import { createReportFiles } from '../../src/models/report-files.js';
import { createReportModel } from '../../src/models/report.model.js';
import { createReportStore } from '../../src/models/report-store.js';
import { routeNames, type RouteName } from '../../src/schemas/access.js';
import { endProfile, startProfile, type SeenQuery } from './profile.js';
import { seedPlans } from './seed.js';
import { makeTraffic, type TrafficOptions } from './traffic.js';

export interface PlansOptions extends Omit<TrafficOptions, 'productIds'> {
  /** Of the database of the service, for this program itself. */
  uri: string;
  /** How many of each kind the database is filled with. */
  count: number;
}

export interface Plans {
  queries: SeenQuery[];
  /** Routes that the traffic has left out: a new one belongs into it. */
  uncalled: RouteName[];
}

const day = 86_400_000;

/** What a process does now and then by itself, at times that nobody waits for here. */
const tidy = async (uri: string): Promise<void> => {
  const connection = await mongoose.createConnection(uri, { appName: 'stockroom:plans' }).asPromise();
  try {
    const reports = createReportStore({
      reports: createReportModel(connection),
      outbox: createOutboxModel(connection),
    });
    const now = new Date();
    await reports.neglected(new Date(now.getTime() - day), now, 100);
    await createReportFiles(connection).sweep(now);
  } finally {
    await connection.close();
  }
};

/** Fills the database of a running service, makes all of its calls, and tells which queries came of that and how they were run. */
export const queryPlans = async ({ uri, count, ...traffic }: PlansOptions): Promise<Plans> => {
  const connection = await mongoose.createConnection(uri, { appName: 'plans' }).asPromise();
  try {
    const { db } = connection;
    if (db === undefined) throw new Error('The connection is open.');
    const productIds = await seedPlans(connection, count);
    await startProfile(db);
    const called = await makeTraffic({ ...traffic, productIds });
    await tidy(uri);
    const queries = await endProfile(db);
    return { queries, uncalled: routeNames.filter((name) => !called.has(name)) };
  } finally {
    await connection.close();
  }
};
