/** Every queue of background jobs. */
export const queueNames = ['report-queue', 'mail-queue'] as const;
export type QueueName = (typeof queueNames)[number];

export const isQueueName = (name: string): name is QueueName => (queueNames as readonly string[]).includes(name);
