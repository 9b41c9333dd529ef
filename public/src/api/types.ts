/**
 * The shapes of the API, from the very schemas that the service validates and publishes. Types alone: nothing of the service
 * is in the page's script.
 */
import type { DropEventData } from '../../../src/schemas/drop.js';

export type { DropBuyer, DropWish } from '../../../src/schemas/drop.js';
export type DropStart = DropEventData<'started'>;
export type DropProgress = DropEventData<'progress'>;
export type DropResult = DropEventData<'finished'>;
export type { Figures } from '../../../src/schemas/figures.js';
export type { JobStatus, JobView } from '../../../src/schemas/job.js';
export type { Audit, MovementView, PurchaseView } from '../../../src/schemas/ledger.js';
export type { OrderStatus, OrderView } from '../../../src/schemas/order.js';
export type { AccountView, SignedIn, UserView } from '../../../src/schemas/people.js';
export type { ProductView } from '../../../src/schemas/product.js';
export type { ReportFormat, ReportType, ReportView } from '../../../src/schemas/report.js';
export type { Role } from '../../../src/utils/caller.js';
