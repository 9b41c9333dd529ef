import type { Connection } from 'mongoose';
import { createCommandModel } from '../models/command.model.js';
import { createCustomerCounterModel } from '../models/customer-counter.model.js';
import { createDeadLetterModel, createDeliveryModel, createEventQueueModel } from '../models/delivery.model.js';
import { createDeploymentModel } from '../models/deployment.model.js';
import { createFeedPositionModel } from '../models/feed-position.model.js';
import { createHoldModel } from '../models/hold.model.js';
import { createLeaseModel } from '../models/lease.model.js';
import { createMovementModel } from '../models/movement.model.js';
import { createOrderStockModel } from '../models/order-stock.model.js';
import { createOutboxModel } from '../models/outbox.model.js';
import { createProcessModel } from '../models/process.model.js';
import { createProductModel } from '../models/product.model.js';
import { createUserModel } from '../models/user.model.js';

export const createModels = (connection: Connection) => ({
  products: createProductModel(connection),
  leases: createLeaseModel(connection),
  movements: createMovementModel(connection),
  commands: createCommandModel(connection),
  counters: createCustomerCounterModel(connection),
  deadLetters: createDeadLetterModel(connection),
  deliveries: createDeliveryModel(connection),
  deployment: createDeploymentModel(connection),
  eventQueues: createEventQueueModel(connection),
  feedPositions: createFeedPositionModel(connection),
  holds: createHoldModel(connection),
  orderStock: createOrderStockModel(connection),
  outbox: createOutboxModel(connection),
  processes: createProcessModel(connection),
  users: createUserModel(connection),
});

export type Models = ReturnType<typeof createModels>;

/** What the order service keeps beside its orders, where it has a database of its own. */
export const createOrderServiceModels = (connection: Connection) => ({
  commands: createCommandModel(connection),
  deadLetters: createDeadLetterModel(connection),
  deliveries: createDeliveryModel(connection),
  deployment: createDeploymentModel(connection),
  eventQueues: createEventQueueModel(connection),
  leases: createLeaseModel(connection),
  outbox: createOutboxModel(connection),
});
