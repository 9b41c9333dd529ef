import type { Connection } from 'mongoose';
import { createDeliveryStore } from '../../../src/models/delivery-store.js';
import { createLeaseStore } from '../../../src/models/lease.model.js';
import { createLocalBus } from '../../../src/services/messaging/local-bus.js';
import { newId } from '../../../src/utils/uuid.js';
import { createModels } from '../../../src/wiring/models.js';
import { busContract, quickPolicy } from '../../helpers/event-bus-contract.js';
import { silent } from '../../helpers/messaging.js';
import { prepareCollections } from '../../helpers/prepare-collections.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';

describeMongo('the event bus without a broker', () => {
  const database = freshDatabase();
  let connection: Connection;
  beforeAll(async () => {
    connection = await database.connect();
    await prepareCollections(createModels(connection));
  });

  busContract(() => {
    const store = createDeliveryStore(connection);
    return {
      open: () =>
        Promise.resolve(
          createLocalBus({
            store,
            leases: createLeaseStore(connection),
            processId: newId(),
            policy: quickPolicy,
            patienceMs: 200,
            ...silent,
          }),
        ),
      inject: (queue, body, id) =>
        store.put([
          { _id: `${queue}:${id}`, queue, eventId: id, type: 'unknown', body, failures: 0, dueAt: new Date() },
        ]),
    };
  });
});
