import { jest } from '@jest/globals';
import { describeMongo } from '../helpers/mongo.js';
import { rabbitUrl } from '../helpers/rabbit.js';
import { spawnService } from '../helpers/service.js';

// It starts two services with a database each.
jest.setTimeout(600_000);

const long = process.env['LONG'] === '1';

const walk = async (broker: string) => {
  const process = spawnService({ RABBITMQ_URL: broker }, ['src/cli/orders-demo.ts']);
  const { code } = await process.exited;
  return { code, stdout: process.stdout(), stderr: process.stderr() };
};

describeMongo('npm run demo:orders', () => {
  it('when a broker is there or not, then the walk goes through, says each step and ends with 0', async () => {
    const { code, stdout, stderr } = await walk(rabbitUrl);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('the stock has fallen to 8');
    expect(stdout.match(/X-Cache MISS, then HIT/g)).toHaveLength(2);
    expect(stdout).toContain('all was as it should be');
  });

  (long ? it : it.skip)('when no broker is to be had, then it says so, and one process does it all', async () => {
    const { code, stdout } = await walk('amqp://127.0.0.1:1');

    expect(code).toBe(0);
    expect(stdout).toContain('No RabbitMQ at 127.0.0.1:1');
    expect(stdout).toContain('all was as it should be');
  });
});
