import { Schema, type Connection } from 'mongoose';
import { StartError } from '../utils/errors.js';
import { newId } from '../utils/uuid.js';

/** The one document that names this database: whatever is kept outside of it, as in a cache, is kept under that name. */
export interface DeploymentDocument {
  _id: 'deployment';
  name: string;
}

export const createDeploymentModel = (connection: Connection) =>
  connection.model<DeploymentDocument>(
    'Deployment',
    new Schema<DeploymentDocument>(
      { _id: { type: String, required: true }, name: { type: String, required: true } },
      { collection: 'deployment', versionKey: false },
    ),
  );

const lookMsMax = 2_000;
const deployments = (connection: Connection) => connection.collection<DeploymentDocument>('deployment');

/**
 * Makes sure that what is read from another connection is the same database.
 * @throws StartError when it is another one; any other error when that cannot be told yet
 */
export const refuseOtherDeployment = async (primary: Connection, other: Connection): Promise<void> => {
  const fresh = { $setOnInsert: { name: newId() } };
  const [mine, theirs] = [
    await deployments(primary).findOneAndUpdate({ _id: 'deployment' }, fresh, {
      upsert: true,
      returnDocument: 'after',
    }),
    await deployments(other).findOne({ _id: 'deployment' }, { maxTimeMS: lookMsMax }),
  ];
  if (theirs === null) throw new Error('MONGO_READ_URI has no data of this service yet');
  if (mine?.name === theirs.name) return;
  throw new StartError(
    'MONGO_READ_URI names another database than MONGO_URI: it must be the same replica set, and the same name in it.',
  );
};

/** The name of the database behind the model, made up by who asks first. */
export const deploymentName = async (model: ReturnType<typeof createDeploymentModel>): Promise<string> => {
  const { name } = await model
    .findOneAndUpdate(
      { _id: 'deployment' },
      { $setOnInsert: { name: newId() } },
      { upsert: true, returnDocument: 'after' },
    )
    .orFail()
    .lean();
  return name;
};
