import { setTimeout as sleep } from 'node:timers/promises';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { describeRedis, startRedis, type TestRedis } from '../helpers/redis.js';
import { spawnService, type Service } from '../helpers/service.js';

/** Longer than a connection to Redis may be silent where something is asked of it all the time. */
const restMs = 5_000;

describeMongo('a worker that has nothing to do', () => {
  const database = freshDatabase();

  describeRedis('beside Redis', () => {
    let redis: TestRedis;
    let worker: Service;

    beforeAll(async () => {
      redis = await startRedis();
      worker = spawnService({ SERVICE: 'worker', MONGO_URI: database.uri, REDIS_URL: redis.url });
    });
    afterAll(async () => {
      await worker.stop();
      await redis.stop();
    });

    it('when nothing is asked for, then it keeps its connections and has nothing to say', async () => {
      await worker.ready();
      await sleep(restMs);
      expect(worker.stdout()).not.toContain('Redis is away');
    });
  });
});
