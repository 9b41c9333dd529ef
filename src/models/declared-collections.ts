import mongoose, { type Connection } from 'mongoose';
import { createAccountChangeModel, createNewestAccountChangeModel } from './account-change.model.js';
import { createAdminActionModel } from './admin-action.model.js';
import { createCommandModel } from './command.model.js';
import { createCustomerCounterModel } from './customer-counter.model.js';
import { createDeadLetterModel, createDeliveryModel, createEventQueueModel } from './delivery.model.js';
import { createDeploymentModel } from './deployment.model.js';
import { createFeedPositionModel } from './feed-position.model.js';
import { createHoldModel } from './hold.model.js';
import { createJobModel } from './job.model.js';
import { createLeaseModel } from './lease.model.js';
import { createMovementModel } from './movement.model.js';
import { createOrderModel } from './order.model.js';
import { createOrderStockModel } from './order-stock.model.js';
import { createOutboxModel } from './outbox.model.js';
import { createProcessModel } from './process.model.js';
import { createProductModel } from './product.model.js';
import { reportFileCollections } from './report-files.js';
import { createReportModel } from './report.model.js';
import type { DeclaredCollection, DeclaredIndex } from './schema-state.js';
import { createSentMailModel } from './sent-mail.model.js';
import { createSessionModel } from './session.model.js';
import { createUserModel } from './user.model.js';

/** Which service's data a database holds: a database of `SERVICE=all` holds both. */
export type DatabasePart = 'products' | 'orders';

/** What this reads of a model. */
interface Declaring {
  collection: { collectionName: string };
  schema: { indexes: () => unknown };
}

/** As MongoDB names an index that is given none. */
const nameOf = (key: Readonly<Record<string, number>>): string =>
  Object.entries(key)
    .map(([field, direction]) => `${field}_${String(direction)}`)
    .join('_');

const declaredIndex = (
  key: Readonly<Record<string, number>>,
  { name = nameOf(key), ...options }: Readonly<Record<string, unknown>> & { name?: string } = {},
): DeclaredIndex => ({ name, key, options });

type CreateModel = (connection: Connection) => Declaring;

/** What a service keeps whatever it is for: keys, events on their way out and in, and what ends tokens. */
const keptByEach: readonly CreateModel[] = [
  createAccountChangeModel,
  createNewestAccountChangeModel,
  createCommandModel,
  createOutboxModel,
  createDeliveryModel,
  createEventQueueModel,
  createDeadLetterModel,
  createLeaseModel,
  createDeploymentModel,
];

const modelsOf: Readonly<Record<DatabasePart, readonly CreateModel[]>> = {
  products: [
    createProductModel,
    createMovementModel,
    createCustomerCounterModel,
    createHoldModel,
    createOrderStockModel,
    createUserModel,
    createSessionModel,
    createAdminActionModel,
    createJobModel,
    createReportModel,
    createSentMailModel,
    createFeedPositionModel,
    createProcessModel,
    ...keptByEach,
  ],
  orders: [createOrderModel, ...keptByEach],
};

const declaredBy = ({ collection, schema }: Declaring): DeclaredCollection => ({
  name: collection.collectionName,
  indexes: (schema.indexes() as [Record<string, number>, Record<string, unknown>][]).map(([key, options]) =>
    declaredIndex(key, options),
  ),
});

/** Every collection that the parts keep, with its indexes, as the models declare them. */
export const declaredCollections = (parts: ReadonlySet<DatabasePart>): DeclaredCollection[] => {
  // Models need a connection to hang on; this one is never opened.
  const connection = mongoose.createConnection();
  const factories = new Set([...parts].flatMap((part) => modelsOf[part]));
  const declared = [...factories].map((create) => declaredBy(create(connection)));
  return parts.has('products') ? [...declared, ...reportFileCollections] : declared;
};

/** What the database of a process with this `SERVICE` holds. */
export const partsOf = (service: 'all' | 'products' | 'orders' | 'worker'): ReadonlySet<DatabasePart> => {
  if (service === 'all') return new Set(['products', 'orders']);
  return new Set([service === 'orders' ? 'orders' : 'products']);
};
