import type { Router } from 'express';
import { wireApi } from './api.js';
import type { Ground } from './ground.js';
import { wireJobs } from './jobs.js';
import { createModels } from './models.js';
import { wireOrderService } from './order-service.js';

/** The product service's jobs, on its database; its relay hands them over. */
const wireWorker = async (ground: Ground): Promise<Router[]> => {
  const models = createModels(ground.connection);
  const jobs = await wireJobs(ground, models);
  jobs.startWorkers();
  return [];
};

/** What SERVICE asks for. @returns its routers under the API's base path */
export const wireService = (ground: Ground): Promise<Router[]> => {
  switch (ground.env.SERVICE) {
    case 'orders':
      return wireOrderService(ground);
    case 'worker':
      return wireWorker(ground);
    default:
      return wireApi(ground);
  }
};
