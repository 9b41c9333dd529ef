import { createClient } from 'redis';

/** Commands of one tick share a packet; the library's own command timer would cost most of the throughput. */
export const connectRedis = async (url: string) => {
  const client = createClient({ url, commandOptions: { timeout: 0 } });
  client.on('error', (error: unknown) => console.error(error));
  await client.connect();
  return client;
};
