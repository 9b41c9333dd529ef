import { nameKeyOf } from '../../utils/terms.js';
import { userCollection, type UserDocument } from '../user.model.js';
import type { Migration } from './migration.js';

const batchSize = 500;

/** Accounts of before there was a list of them to search have no `nameKey`; without it a search does not find them. */
export const namesOfUsers: Migration = {
  id: 'products-001-names-of-users',
  up: async (connection, progress) => {
    const users = connection.collection<UserDocument>(userCollection);
    const lacking = { nameKey: { $exists: false } };
    for (let done = 0; ;) {
      const found = await users.find(lacking, { projection: { name: 1 }, limit: batchSize, batchSize }).toArray();
      if (found.length === 0) return;
      const updates = found.map(({ _id, name }) => ({
        // Not over a name that was changed meanwhile: whoever changes it writes the key along.
        updateOne: { filter: { _id, name, ...lacking }, update: { $set: { nameKey: nameKeyOf(name) } } },
      }));
      await users.bulkWrite(updates, { ordered: false });
      done += found.length;
      progress(`  ${String(done)} accounts`);
    }
  },
};
